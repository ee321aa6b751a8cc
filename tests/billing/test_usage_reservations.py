"""Work whose cost is known afterwards: its credits are set apart, and what it did not use comes back."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from billing.clocks.timelines import Timeline
from billing.credits.watch import set_watch
from billing.errors import Rejected
from billing.usage.expire import expire_credits
from billing.usage.queries import list_held, show_reservation
from billing.usage.release import RESERVATION_ENDS
from database.engine import Database
from database.ids import uuid7
from tests.billing.conftest import NOON
from tests.billing.meters import Meter, told, use

DAY = timedelta(days=1)


def _end_due(meter: Meter, now: datetime) -> list[UUID]:
    """What the sweep does: each in a transaction of its own."""
    with meter.database.transaction() as session:
        due = RESERVATION_ENDS.find(session, Timeline(None, now), RESERVATION_ENDS.rows_max)
    for each in due:
        with meter.database.transaction() as session:
            assert RESERVATION_ENDS.act(session, each, now)
        with meter.database.transaction() as session:
            assert not RESERVATION_ENDS.act(session, each, now), "somebody else was faster"
    return list(due)


@pytest.fixture
def crawler(database: Database, account_id: UUID) -> Meter:
    """A hundred credits, forty of which expire tomorrow; a page costs one."""
    meter = Meter(database, account_id, NOON)
    meter.prepaid.grant(40, NOON, days=1)
    meter.prepaid.grant(60, NOON)
    meter.price("page", 1)
    return meter


def test_what_is_set_apart_cannot_be_used_and_the_rest_comes_back(crawler: Meter) -> None:
    reservation = crawler.reserve("page", 70)
    assert crawler.balance == 30
    assert told(crawler.record(use("a", "page", 31))) == ["insufficient_credits"]
    settled = crawler.settle(reservation, 50)
    assert (settled.credits, settled.balance, crawler.balance) == (50, 50, 50)
    # the forty that expire first were used first
    with crawler.database.transaction() as session:
        assert expire_credits(session, Timeline(None, NOON + 2 * DAY), 10) == 0


def test_what_is_released_is_there_again(crawler: Meter) -> None:
    assert crawler.release(crawler.reserve("page", 70)) == 100
    assert crawler.rows("SELECT movement, sum(amount) FROM credit_transactions GROUP BY 1 ORDER BY 1") == [
        ("grant", 100), ("release", 70), ("reserve", -70),
    ]  # fmt: skip


def test_what_it_costs_beyond_is_taken_from_the_balance_or_refused(crawler: Meter) -> None:
    reservation = crawler.reserve("page", 50)
    with pytest.raises(Rejected, match="insufficient_credits: The account has 100 credits, 101 are needed"):
        crawler.settle(reservation, 101)
    assert crawler.balance == 50, "the reservation stays"
    assert crawler.settle(reservation, 100).balance == 0


def test_beyond_that_an_agreed_overdraft_is_used(crawler: Meter) -> None:
    crawler.agree(10)
    with pytest.raises(Rejected, match="insufficient_credits"):
        crawler.reserve("page", 101)
    assert crawler.settle(crawler.reserve("page", 100), 110).balance == -10


def test_credits_that_expire_meanwhile_pay_for_it_and_what_is_left_of_them_is_gone(crawler: Meter) -> None:
    reservation = crawler.reserve("page", 40, timedelta(hours=24))
    later = NOON + DAY + timedelta(minutes=1)
    settled = crawler.settle(reservation, 30, now=later)
    assert (settled.credits, settled.balance) == (30, 60)
    with crawler.database.transaction() as session:
        assert expire_credits(session, Timeline(None, later), 10) == 1
    crawler.prove()
    crawler.now = later
    assert crawler.balance == 60


def test_it_is_closed_once(crawler: Meter) -> None:
    settled, released = crawler.reserve("page", 10), crawler.reserve("page", 10)
    crawler.settle(settled, 10)
    crawler.release(released)
    for closed in (settled, released):
        with pytest.raises(Rejected, match="reservation_closed"):
            crawler.settle(closed, 1, "again")
        with pytest.raises(Rejected, match="reservation_closed"):
            crawler.release(closed)
    with pytest.raises(Rejected, match="reservation_not_found"):
        crawler.release(uuid7())
    assert crawler.balance == 90


def test_the_event_of_a_settlement_is_one_like_any_other(crawler: Meter) -> None:
    crawler.record(use("a", "page"))
    reservation = crawler.reserve("page", 10)
    with pytest.raises(Rejected, match="event_id_reused"):
        crawler.settle(reservation, 5, "a")
    crawler.settle(reservation, 5, "b")
    assert told(crawler.record(use("b", "page", 5))) == ["again"]


def test_the_price_is_that_of_the_reservation(crawler: Meter) -> None:
    reservation = crawler.reserve("page", 10)
    crawler.price("page", 3, since=NOON + timedelta(minutes=1), now=NOON)
    assert crawler.settle(reservation, 10, now=NOON + timedelta(minutes=5)).credits == 10
    assert told(crawler.record(use("b", "page"), now=NOON + timedelta(minutes=5))) == [3]


def test_when_its_time_is_over_the_credits_go_back_by_themselves(crawler: Meter) -> None:
    soon, late = crawler.reserve("page", 30, timedelta(minutes=5)), crawler.reserve("page", 20, timedelta(hours=2))
    at = NOON + timedelta(minutes=5)
    assert _end_due(crawler, at - timedelta(seconds=1)) == []
    assert _end_due(crawler, at) == [soon]
    assert _end_due(crawler, at) == []
    crawler.prove()
    with crawler.database.transaction() as session:
        assert [show_reservation(session, each).status for each in (soon, late)] == ["expired", "held"]
        assert [each.id for each in list_held(session, crawler.account_id).data] == [late]
    assert crawler.balance == 80


def test_a_low_balance_is_warned_of_again_after_credits_came_back(crawler: Meter) -> None:
    with crawler.database.transaction() as session:
        set_watch(session, crawler.account_id, 50)
    for _ in range(2):
        crawler.release(crawler.reserve("page", 60))
    assert crawler.prepaid.warnings() == 2
