"""One of the company's own people begins to look at an account's pages, as its people see them."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, insert
from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.callers.look_away import look_away
from billing.callers.tables import AccountLook
from database.ids import uuid7

LOOK_LIVES = timedelta(minutes=30)


def look_as(session: Session, account_id: UUID, staff_id: UUID, reason: str) -> AccountLook:
    """The look that begins, by the database's time; the same person's look at another one ends with that.

    Raises Rejected `account_not_found`.
    """
    get_account(session, account_id)
    look_away(session, staff_id)
    values = {
        "id": uuid7(), "account_id": account_id, "staff_id": staff_id, "reason": reason,
        "ends_at": func.now() + LOOK_LIVES,
    }  # fmt: skip
    return session.scalars(insert(AccountLook).values(values).returning(AccountLook)).one()
