"""Say above how much a kind of command needs a second person."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.approvals.rules import LIMITS
from billing.approvals.tables import SecondPersonLimit
from billing.errors import Rejected
from database.audit.changes import tell_change


def set_second_person_limit(session: Session, kind: str, unit: str, limit: int | None) -> None:
    """From the next command on; None: one person is enough, as in a company of one. Zero: always two.

    Raises Rejected `command_not_dangerous` for a kind that nobody has to approve.
    """
    if kind not in LIMITS:
        raise Rejected("command_not_dangerous", f"{kind} needs nobody; there are {', '.join(LIMITS)}.")
    known = session.get(SecondPersonLimit, (kind, unit))
    before = {"limit_amount": known.limit_amount} if known else {}
    tell_change(session, f"second_person_limits/{kind},{unit}", before, {"limit_amount": limit})
    stated = insert(SecondPersonLimit).values(kind=kind, unit=unit, limit_amount=limit)
    session.execute(
        stated.on_conflict_do_update(
            index_elements=["kind", "unit"], set_={"limit_amount": stated.excluded.limit_amount}
        )
    )
