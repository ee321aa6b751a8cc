"""Say above which amount a second person has to approve a payment."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.manual_payments.tables import ApprovalLimit
from billing.money import Money
from database.audit.changes import tell_change


def set_limit(session: Session, limit: Money) -> None:
    """From now on, also for claims that wait; the limit itself one person may still approve. Zero: always two."""
    known = session.get(ApprovalLimit, limit.currency)
    before = {"limit_minor": known.limit_minor} if known else {}
    tell_change(session, f"approval_limits/{limit.currency}", before, {"limit_minor": limit.minor})
    stated = insert(ApprovalLimit).values(currency=limit.currency, limit_minor=limit.minor)
    session.execute(
        stated.on_conflict_do_update(index_elements=["currency"], set_={"limit_minor": stated.excluded.limit_minor})
    )
