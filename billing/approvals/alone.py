"""Whether one person is enough: for what is done now, together with what was done alone to the same account of late."""

from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from billing.approvals.rules import ADDS_UP, ADDS_UP_WITHIN, Effect
from billing.approvals.tables import DoneAlone


def is_enough(session: Session, deed_id: UUID, kind: str, effect: Effect, limit: int | None) -> bool:
    """Whether nobody else is needed; what was done is written down then, to be counted with what follows.

    Called when it has done its work, in the same transaction. Two at once wait for each other: the lock is the last
    that a command takes, so nobody waits for its holder in a circle. `limit` None: one person is always enough.
    """
    together = ADDS_UP.get(kind)
    if together is None or effect.account_id is None:
        return limit is None or effect.amount <= limit
    of_kind = together, effect.unit, effect.account_id
    if limit is not None and effect.amount + _done_of_late(session, *of_kind) > limit:
        return False
    if effect.amount > 0:
        row = {
            "id": deed_id, "kind": together, "unit": effect.unit, "account_id": effect.account_id,
            "amount": effect.amount,
        }  # fmt: skip
        session.execute(insert(DoneAlone).values(row))
    return True


def _done_of_late(session: Session, kind: str, unit: str, account_id: UUID) -> int:
    one_at_a_time = func.pg_advisory_xact_lock(func.hashtextextended(f"done_alone/{account_id}/{kind}/{unit}", 0))
    session.execute(select(one_at_a_time))
    same = DoneAlone.account_id == account_id, DoneAlone.kind == kind, DoneAlone.unit == unit
    # people live by the wall clock, also where the account does not
    done = select(func.sum(DoneAlone.amount)).where(*same, DoneAlone.done_at > func.now() - ADDS_UP_WITHIN)
    return int(session.scalar(done) or 0)
