"""How a subscriber stands, for stories of changes of plan."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from billing.catalog.publish_plan import PlanContent, publish_plan
from billing.catalog.tables import Interval
from billing.credits.queries import view_balance
from billing.dunning.tables import Dunning
from billing.subscriptions.queries import show_subscription
from billing.subscriptions.tables import Subscription
from database.outbox import OutboxEntry
from tests.billing.subscribers import Books


def publish(books: Books, slug: str, monthly_minor: int, credits: int) -> None:
    """A version of a plan, for a month."""
    with books.database.transaction() as session:
        publish_plan(session, slug, slug.title(), PlanContent(credits, {("USD", Interval.MONTH): monthly_minor}))


def plan_of(books: Books, subscription_id: UUID) -> str:
    """The plan that runs."""
    return str(shown(books, subscription_id)["plan"])


def shown(books: Books, subscription_id: UUID) -> dict[str, Any]:
    """The subscription as the API shows it."""
    with books.database.transaction() as session:
        return show_subscription(session, subscription_id).model_dump()


def state_of(books: Books, subscription_id: UUID) -> dict[str, Any]:
    """Every column of the subscription."""
    row = books.subscription(subscription_id)
    return {column.key: getattr(row, column.key) for column in Subscription.__table__.columns}


def credits_of(books: Books, account_id: UUID, now: datetime) -> int:
    """What can be used."""
    with books.database.transaction() as session:
        return view_balance(session, account_id, now).balance


def dunnings(books: Books) -> int:
    """How many dunnings there ever were."""
    with books.database.transaction() as session:
        return session.scalar(select(func.count()).select_from(Dunning)) or 0


def mails(books: Books, topic: str) -> int:
    """How many mails of a kind were staged."""
    with books.database.transaction() as session:
        return session.scalar(select(func.count()).where(OutboxEntry.topic == topic)) or 0
