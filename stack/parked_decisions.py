"""What a person decides about what waits: it runs again, never again, or was seen."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.cycle.renewal.set_aside import take_up
from billing.manual_payments.tables import PaymentClaim
from billing.receipts.look_at import look_at
from billing.receipts.tables import Receipt
from billing.statements.tables import StatementLine
from billing.subscriptions.tables import Subscription
from database.discard_work import discard_work
from database.memories import MEMORIES
from database.replay_work import replay_work
from settings import Settings
from stack.errors import StackError
from stack.parked import find
from stack.said import said, who_decides
from stack.sessions import session

BECAUSE_CHARACTERS_MAX = 500


def replay(settings: Settings, row_id: UUID) -> str:
    """Give a parked row all its attempts again; the sweep rings for it within seconds. Returns the memory's name.

    One that was put off keeps its attempts, and is tried within a minute. Raises StackError when no row that waits has
    this id, or when it is money.
    """
    with session(settings) as opened:
        written = replay_work(opened, MEMORIES, row_id)
        if not written and take_up(opened, row_id):
            return Subscription.__tablename__
        return written or _refuse(opened, row_id)


def discard(settings: Settings, row_id: UUID, because: str, who: str) -> str:
    """Decide that a parked row is never run again. It stays, with who decided so and why. Returns the memory's name.

    Raises StackError for a reason or a name that is none, when no parked row has this id, or when it is no work.
    """
    decider, why = who_decides(who), said(because, BECAUSE_CHARACTERS_MAX, "why")
    with session(settings) as opened:
        return discard_work(opened, MEMORIES, row_id, decider, why) or _refuse(opened, row_id)


def see(settings: Settings, receipt_id: UUID) -> None:
    """A person has looked at this receipt. Raises StackError when it waits for nobody, or is none."""
    with session(settings) as opened:
        if not isinstance(find(opened, receipt_id), Receipt) or not look_at(opened, receipt_id):
            _refuse(opened, receipt_id)


def _refuse(opened: Session, row_id: UUID) -> str:
    """Say what can be decided about it instead."""
    match find(opened, row_id):
        case Receipt():
            instead = "is money in the books; `cashbeat seen ID` takes it off the list"
        case PaymentClaim():
            instead = "is a claim; `cashbeat payment approve ID` or `cashbeat payment reject ID` decides about it"
        case StatementLine():
            instead = "is a line of the bank; `cashbeat statement match ID` or `cashbeat statement ignore ID` decides"
        case Subscription():
            instead = "is a subscription; `cashbeat replay ID` lets the cycle try it again, a cancellation ends it"
        case _:
            instead = "is work; `cashbeat replay ID` runs it again, `cashbeat parked discard ID` decides against it"
    raise StackError(f"{row_id} {instead}")
