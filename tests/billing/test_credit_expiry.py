"""Credits expire: once, on their own timeline, with a proof."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from billing.accounts.tables import Account
from billing.clocks.tables import TestClock
from billing.clocks.timelines import Timeline
from billing.credits.queries import list_transactions
from billing.credits.tables import CreditGrant, CreditMovement, CreditTransaction
from billing.invariants import credits_are_proved
from billing.usage.expire import expire_credits
from database.engine import Database
from database.ids import uuid7
from database.pages import Cursor, Paging
from tests.billing.prepaid import Prepaid

DECEMBER_1 = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
JANUARY_1 = datetime(2027, 1, 1, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def _expire(database: Database, now: datetime, clock_id: UUID | None = None, limit: int = 100) -> int:
    with database.transaction() as session:
        return expire_credits(session, Timeline(clock_id, now), limit)


def _expiries(database: Database) -> list[tuple[UUID, int, str]]:
    moved = select(CreditTransaction).where(CreditTransaction.movement == CreditMovement.EXPIRE)
    with database.transaction() as session:
        assert credits_are_proved.ask(session) == []
        return [(row.grant_id, row.amount, row.cause) for row in session.scalars(moved.order_by(CreditTransaction.id))]


def test_what_is_left_on_the_day_expires_and_nothing_else(database: Database, prepaid: Prepaid) -> None:
    december = prepaid.grant(500, DECEMBER_1, days=31)
    prepaid.grant(300, DECEMBER_1, days=32)
    prepaid.grant(50, DECEMBER_1)
    prepaid.use(120, DECEMBER_1)

    assert _expire(database, JANUARY_1 - SECOND) == 0
    assert _expire(database, JANUARY_1) == 1
    assert _expire(database, JANUARY_1) == 0

    assert _expiries(database) == [(december, -380, f"expiry/{december}")]
    assert prepaid.balance(JANUARY_1) == 350


def test_credits_cannot_be_used_from_their_instant_on_whether_swept_or_not(
    database: Database, prepaid: Prepaid
) -> None:
    prepaid.grant(500, DECEMBER_1, days=31)
    assert prepaid.balance(JANUARY_1 - SECOND) == 500
    assert prepaid.balance(JANUARY_1) == 0
    _expire(database, JANUARY_1)
    assert prepaid.balance(JANUARY_1) == 0


def test_a_spent_grant_does_not_expire(database: Database, prepaid: Prepaid) -> None:
    prepaid.grant(10, DECEMBER_1, days=31)
    prepaid.use(10, DECEMBER_1)
    assert _expire(database, JANUARY_1) == 0
    assert _expiries(database) == []


def test_a_batch_is_bounded_and_the_next_takes_the_rest(database: Database, prepaid: Prepaid) -> None:
    grants = [prepaid.grant(1, DECEMBER_1, days=day) for day in (3, 1, 2)]
    assert [_expire(database, JANUARY_1, limit=2) for _ in range(3)] == [2, 1, 0]
    assert [grant for grant, *_ in _expiries(database)] == [grants[1], grants[2], grants[0]]


def test_eight_sweeps_at_once_expire_each_grant_once(database: Database, prepaid: Prepaid) -> None:
    grants = [prepaid.grant(number + 1, DECEMBER_1, days=1) for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        expired = sum(pool.map(lambda _: _expire(database, JANUARY_1, limit=5), range(16)))
    expired += _expire(database, JANUARY_1)
    assert expired == len(grants)
    assert len(_expiries(database)) == len(grants)


def test_uses_and_sweeps_at_once_take_no_credit_twice(database: Database, prepaid: Prepaid) -> None:
    for _ in range(10):
        prepaid.grant(10, DECEMBER_1, days=31)
        prepaid.grant(10, DECEMBER_1)

    def act(number: int) -> None:
        if number % 4:
            prepaid.use(3, DECEMBER_1)
        else:
            _expire(database, JANUARY_1, limit=3)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(act, range(24)))
    assert -sum(amount for _, amount, _ in _expiries(database)) + 18 * 3 + prepaid.balance(DECEMBER_1) == 200


def test_a_customer_on_a_test_clock_keeps_credits_until_that_clock_says_so(
    database: Database, prepaid: Prepaid
) -> None:
    clock_id = uuid7()
    with database.transaction() as session:
        session.add(TestClock(id=clock_id, name="slow", frozen_at=DECEMBER_1, target_at=DECEMBER_1))
        session.flush()
        session.get_one(Account, prepaid.account_id).clock_id = clock_id
    grant = prepaid.grant(500, DECEMBER_1, days=31)

    assert _expire(database, JANUARY_1 + timedelta(days=365)) == 0
    assert _expire(database, DECEMBER_1, clock_id) == 0
    assert _expire(database, JANUARY_1, clock_id) == 1
    with database.transaction() as session:
        assert session.get_one(CreditGrant, grant).remaining == 0


def test_the_list_of_movements_is_paged_newest_first(database: Database, prepaid: Prepaid) -> None:
    prepaid.grant(10, DECEMBER_1, days=31)
    prepaid.use(4, DECEMBER_1)
    _expire(database, JANUARY_1)
    with database.transaction() as session:
        first = list_transactions(session, prepaid.account_id, Paging(limit=2))
        assert [(row.movement, row.amount) for row in first.data] == [("expire", -6), ("consume", -4)]
        assert first.next_cursor is not None
        after = Paging(Cursor.parse(first.next_cursor), limit=2)
        second = list_transactions(session, prepaid.account_id, after)
        assert [(row.movement, row.amount) for row in second.data] == [("grant", 10)]
        assert second.next_cursor is None
        assert list_transactions(session, uuid7()).data == []
