"""Money left a gateway again, or came back after all: book the difference to what is booked already."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.ledger.post import Movement, Side, post
from billing.ledger.tables import LedgerAccount, LedgerReason
from billing.money import Money
from billing.receipts.receive import Booked, Received, receipt_row
from billing.receipts.tables import REVERSALS, Receipt, ReceiptRemark, ReceiptSource
from billing.receipts.write import write_receipts
from schemas.facts.reversals import ReversalFact


class Reversal(NamedTuple):
    """One refund or dispute in one currency."""

    source: ReceiptSource
    reference: str
    currency: str


class Standing(NamedTuple):
    """What is booked of it: the sum in minor units (negative: it is gone), and in how many movements."""

    minor: int = 0
    movements: int = 0


class Explanation(NamedTuple):
    """Where money stands that left: owed for a refund, or disputed; a part of it may be unexplained all the same."""

    ledger_account: LedgerAccount
    is_whole: bool = True


# by what money left
Explained = Mapping[tuple[ReceiptSource, str], Explanation]
UNEXPLAINED = Explanation(LedgerAccount.UNEXPLAINED_REVERSALS, is_whole=False)
# nobody has to decide about it: the company bears it
EXPLAINED_BY_ITSELF = {ReceiptSource.DISPUTE_FEE: Explanation(LedgerAccount.GATEWAY_FEES)}


class _Move(NamedTuple):
    """What moves now, as the how manieth of its reversal, and when it did."""

    amount: Money
    number: int
    at: datetime


def reverse(
    session: Session, captured: Receipt, facts: Sequence[ReversalFact], now: datetime, explained: Explained
) -> None:
    """Bring the books to what has left of a captured payment; news that is known already changes nothing.

    What is `explained`, in the payment's currency, moves between the gateway and that ledger account. For what else it
    left, only a person can say: what was paid stays paid and what was granted stays granted, and each movement calls
    one, as it does where an explanation is not whole. The caller holds the captured receipt's row lock. `now` is the
    account's time.
    """
    standings = _standings(session, captured.gateway, [fact.reversal_ref for fact in facts])
    booked = []
    for fact in facts:
        reversal = Reversal(ReceiptSource(fact.kind.value), fact.reversal_ref, fact.currency)
        standing = standings.get(reversal, Standing())
        moved = Money(-fact.left_minor - standing.minor, fact.currency)
        if moved.minor:
            why = EXPLAINED_BY_ITSELF.get(reversal.source, UNEXPLAINED)
            if fact.currency == captured.currency:
                why = explained.get((reversal.source, reversal.reference), why)
            move = _Move(moved, standing.movements + 1, min(fact.moved_at, now))
            booked.append(_book(captured, reversal, move, why))
    post(session, [each.movement for each in booked], now)
    write_receipts(session, booked)


def _standings(session: Session, gateway: str, references: Sequence[str]) -> dict[Reversal, Standing]:
    columns = (Receipt.source, Receipt.reference, Receipt.currency)
    found = select(*columns, func.sum(Receipt.amount_minor), func.count()).where(
        Receipt.gateway == gateway, Receipt.reference.in_(references), Receipt.source.in_(REVERSALS)
    )
    return {
        Reversal(ReceiptSource(source), reference, currency): Standing(int(minor), movements)
        for source, reference, currency, minor, movements in session.execute(found.group_by(*columns))
    }


def _book(captured: Receipt, reversal: Reversal, move: _Move, why: Explanation) -> Booked:
    """The next movement of this one. Its number makes it unique: two workers with the same news cannot both book it."""
    received = Received(
        account_id=captured.account_id,
        source=reversal.source,
        reason=LedgerReason.PAYMENT_REVERSED,
        cause=f"{reversal.source}/{captured.gateway}/{reversal.reference}/{reversal.currency}/{move.number}",
        amount=move.amount,
        debits=(Side(LedgerAccount.GATEWAY_CLEARING, move.amount, gateway=captured.gateway),),
        received_at=move.at,
        attempt_id=captured.attempt_id,
        reverses_id=captured.id,
        gateway=captured.gateway,
        reference=reversal.reference,
    )
    sides = (*received.debits, Side(why.ledger_account, -move.amount))
    movement = Movement(received.reason, received.cause, received.account_id, sides)
    remark = ReceiptRemark.NONE if why.is_whole else _remark(move.amount)
    return Booked(receipt_row(received, 0, remark), None, movement)


def _remark(moved: Money) -> ReceiptRemark:
    return ReceiptRemark.REVERSED if moved.minor < 0 else ReceiptRemark.CAME_BACK
