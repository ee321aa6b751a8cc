"""Whatever is done with credits in whatever order, the books say what plain arithmetic says."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.clocks.timelines import Timeline
from billing.credits.queries import view_balance
from billing.credits.tables import CreditGrant, CreditMovement, CreditSource, CreditTransaction
from billing.errors import Rejected
from billing.invariants import credits_are_proved
from billing.usage.consume import consume_credits
from billing.usage.expire import expire_credits
from billing.usage.revoke import revoke_credits
from database.engine import Database
from tests.billing.gifts import grant_credits
from tests.billing.subscribers import Books

START = datetime(2026, 1, 1, tzinfo=UTC)
FOR_EVER = 1_000_000

amounts = st.integers(1, 60)
steps = st.one_of(
    st.tuples(st.just("grant"), amounts, st.sampled_from([FOR_EVER, 1, 2, 3, 5]), st.booleans()),
    st.tuples(st.just("consume"), amounts),
    st.tuples(st.just("revoke"), amounts, st.booleans()),
    st.tuples(st.just("expire"), st.integers(1, 3)),
    st.tuples(st.just("wait"), st.integers(1, 3)),
)


class Undo(Exception):
    """Ends an example's transaction, so that the next one begins with the same books."""


@dataclass
class Kept:
    """What is left of one grant, until which day, and whether a plan granted it."""

    left: int
    end: int
    is_plan: bool


@dataclass
class Arithmetic:
    """The same credits without a database."""

    day: int = 0
    grants: list[Kept] = field(default_factory=list)

    def usable(self) -> list[Kept]:
        """In the order of use."""
        return sorted((kept for kept in self.grants if kept.left and kept.end > self.day), key=lambda kept: kept.end)

    def of_plan(self) -> list[Kept]:
        """In the order of revocation: the latest granted first."""
        usable = self.usable()
        return [kept for kept in reversed(self.grants) if kept.is_plan and any(kept is one for one in usable)]

    def expired(self) -> list[Kept]:
        """In the order of expiry."""
        over = (kept for kept in self.grants if kept.left and kept.end <= self.day)
        return sorted(over, key=lambda kept: kept.end)


def _take(amount: int, grants: list[Kept]) -> int:
    taken = 0
    for kept in grants:
        share = min(kept.left, amount - taken)
        kept.left -= share
        taken += share
    return taken


@dataclass
class Story:
    """One example: every step is taken in the books and in arithmetic, and their answers compared."""

    session: Session
    account_id: UUID
    subscription_id: UUID
    kept: Arithmetic = field(default_factory=Arithmetic)
    count: int = 0

    @property
    def now(self) -> datetime:
        return START + timedelta(days=self.kept.day)

    def grant(self, amount: int, days: int, is_plan: bool) -> None:
        expires_at = None if days == FOR_EVER else self.now + timedelta(days=days)
        source, owner = (CreditSource.PLAN, self.subscription_id) if is_plan else (CreditSource.PACKAGE, None)
        cause = f"grant/{self.count}"
        grant_credits(
            self.session, self.account_id, source, cause, amount, expires_at, self.now, subscription_id=owner
        )  # fmt: skip
        self.kept.grants.append(Kept(amount, FOR_EVER if expires_at is None else self.kept.day + days, is_plan))

    def consume(self, amount: int) -> None:
        usable = self.kept.usable()
        balance = sum(kept.left for kept in usable)
        try:
            left = consume_credits(self.session, self.account_id, amount, f"use/{self.count}", "", self.now)
        except Rejected:
            assert balance < amount
        else:
            assert left == balance - _take(amount, usable) == balance - amount

    def revoke(self, amount: int, as_far: bool) -> None:
        ours = self.kept.of_plan()
        unspent = sum(kept.left for kept in ours)
        cause = f"revoke/{self.count}"
        try:
            revoked = revoke_credits(
                self.session, self.account_id, self.subscription_id, amount, cause, self.now, as_far_as_possible=as_far
            )
        except Rejected:
            assert unspent < amount
            assert not as_far
        else:
            assert revoked == _take(amount, ours) == min(amount, unspent)

    def expire(self, limit: int) -> None:
        over = self.kept.expired()[:limit]
        assert expire_credits(self.session, Timeline(None, self.now), limit) == len(over)
        _take(sum(kept.left for kept in over), over)

    def wait(self, days: int) -> None:
        self.kept.day += days

    def compare(self) -> None:
        """What remains of every grant, the balance, and the proof by movements."""
        self.session.flush()
        remaining = list(self.session.execute(select(CreditGrant.remaining).order_by(CreditGrant.id)).scalars())
        assert remaining == [kept.left for kept in self.kept.grants]
        balance = view_balance(self.session, self.account_id, self.now).balance
        assert balance == sum(kept.left for kept in self.kept.usable())
        moved = func.coalesce(func.sum(CreditTransaction.amount), 0)
        assert self.session.scalar(select(moved)) == sum(remaining)
        assert credits_are_proved.ask(self.session) == []
        expiries = select(CreditTransaction.grant_id).where(CreditTransaction.movement == CreditMovement.EXPIRE)
        expired = self.session.scalars(expiries).all()
        assert len(expired) == len(set(expired))


@pytest.fixture
def subscribed(database: Database, account_id: UUID) -> tuple[UUID, UUID]:
    """An account and its subscription, which has granted nothing yet."""
    books = Books(database)
    books.give_card(account_id, START)
    return account_id, books.subscribe(account_id, START)


# every example leaves the books as it found them, so they may share a fixture
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(story=st.lists(steps, min_size=1, max_size=14))
def test_the_books_say_what_arithmetic_says(
    database: Database, subscribed: tuple[UUID, UUID], story: list[tuple[object, ...]]
) -> None:
    with suppress(Undo), database.transaction() as session:
        told = Story(session, *subscribed)
        for verb, *arguments in story:
            told.count += 1
            getattr(told, str(verb))(*arguments)
            told.compare()
        raise Undo
