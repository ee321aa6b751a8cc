"""Prepaid credits for tests of the books: granted, used, and what the customer is told."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from billing.credits.queries import view_balance
from billing.credits.tables import BalanceWatch, CreditSource
from billing.usage.consume import consume_credits
from database.engine import Database
from database.ids import uuid7
from database.outbox import OutboxEntry
from tests.billing.gifts import grant_credits


class Prepaid:
    """One account's credits."""

    def __init__(self, database: Database, account_id: UUID) -> None:
        self.database = database
        self.account_id = account_id

    def grant(self, amount: int, now: datetime, days: int | None = None, subscription_id: UUID | None = None) -> UUID:
        """Credits that expire after so many days, or never; of a plan when a subscription is named."""
        expires_at = None if days is None else now + timedelta(days=days)
        source = CreditSource.PACKAGE if subscription_id is None else CreditSource.PLAN
        with self.database.transaction() as session:
            return grant_credits(
                session, self.account_id, source, f"test/{uuid7()}", amount, expires_at, now,
                subscription_id=subscription_id,
            )  # fmt: skip

    def use(self, amount: int, now: datetime) -> int:
        """What is left after a use."""
        with self.database.transaction() as session:
            return consume_credits(session, self.account_id, amount, f"use/{uuid7()}", "", now)

    def balance(self, now: datetime) -> int:
        """What can be used."""
        with self.database.transaction() as session:
            return view_balance(session, self.account_id, now).balance

    def warnings(self) -> int:
        """How many warnings of a low balance were staged."""
        staged = select(OutboxEntry.id).where(
            OutboxEntry.topic == "low_credits", OutboxEntry.subject_id == self.account_id
        )
        with self.database.transaction() as session:
            return len(session.scalars(staged).all())

    def watch(self) -> BalanceWatch:
        """The watch as it is."""
        with self.database.transaction() as session:
            return session.get_one(BalanceWatch, self.account_id)
