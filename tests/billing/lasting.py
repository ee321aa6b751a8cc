"""How long credits last: what there is, until when, and what was lost."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from billing.clocks.timelines import Timeline
from billing.credits.queries import view_balance
from billing.credits.tables import CreditMovement, CreditTransaction
from billing.usage.expire import expire_credits
from tests.billing.subscribers import Books


def credits_until(books: Books, account_id: UUID, now: datetime) -> tuple[int, datetime | None]:
    """The balance, and when the next of it expires."""
    with books.database.transaction() as session:
        shown = view_balance(session, account_id, now)
    return shown.balance, shown.next_expiry_at


def credits_expired(books: Books, now: datetime) -> int:
    """The sweep takes what has expired; how many credits in all were ever taken so."""
    taken = select(-func.coalesce(func.sum(CreditTransaction.amount), 0)).where(
        CreditTransaction.movement == CreditMovement.EXPIRE
    )
    with books.database.transaction() as session:
        expire_credits(session, Timeline(None, now), 100)
        return int(session.scalars(taken).one())
