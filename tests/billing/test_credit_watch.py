"""The warning about a low balance: once per crossing, whoever crosses, and armed again by a rise."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from billing.clocks.timelines import Timeline
from billing.credits.queries import view_watch
from billing.credits.watch import set_watch
from billing.usage.expire import expire_credits
from tests.billing.prepaid import Prepaid

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
A_MONTH_LATER = MONDAY + timedelta(days=30)


@pytest.fixture
def watched(prepaid: Prepaid) -> Prepaid:
    """A customer with 100 credits who wants to be warned below 50."""
    prepaid.grant(100, MONDAY)
    _watch(prepaid, 50)
    return prepaid


def _watch(ada: Prepaid, warn_below: int | None) -> None:
    with ada.database.transaction() as session:
        set_watch(session, ada.account_id, warn_below)


def _expire(ada: Prepaid, now: datetime, limit: int = 100) -> None:
    with ada.database.transaction() as session:
        expire_credits(session, Timeline(None, now), limit)


def test_a_balance_at_the_number_is_not_below_it(watched: Prepaid) -> None:
    watched.use(50, MONDAY)
    assert watched.warnings() == 0
    watched.use(1, MONDAY)
    assert watched.warnings() == 1


def test_a_falling_balance_is_warned_of_once_until_it_has_risen(watched: Prepaid) -> None:
    watched.use(60, MONDAY)
    watched.use(10, MONDAY)
    assert (watched.warnings(), watched.watch().is_low) == (1, True)
    watched.grant(19, MONDAY)
    watched.use(1, MONDAY)
    assert (watched.warnings(), watched.watch().is_low) == (1, True)
    watched.grant(2, MONDAY)
    assert watched.watch().is_low is False
    watched.use(1, MONDAY)
    assert (watched.warnings(), watched.watch().crossings) == (2, 2)


def test_sixteen_consumers_at_once_cause_one_warning_per_crossing(watched: Prepaid) -> None:
    for crossing in (1, 2, 3):
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda _: watched.use(5, MONDAY), range(20)))
        assert (watched.balance(MONDAY), watched.warnings(), watched.watch().crossings) == (0, crossing, crossing)
        watched.grant(60, MONDAY)
        watched.grant(40, MONDAY, days=30)


def test_time_may_cross_too(watched: Prepaid) -> None:
    watched.use(60, MONDAY)
    watched.grant(80, MONDAY, days=30)
    _expire(watched, A_MONTH_LATER)
    assert (watched.balance(A_MONTH_LATER), watched.warnings()) == (40, 2)
    _expire(watched, A_MONTH_LATER)
    assert watched.warnings() == 2


def test_a_crossing_that_expires_in_parts_is_warned_of_once(watched: Prepaid) -> None:
    watched.use(55, MONDAY)
    for _ in range(2):
        watched.grant(3, MONDAY, days=30)
    assert watched.warnings() == 1
    for _ in range(2):
        _expire(watched, A_MONTH_LATER, limit=1)
    assert (watched.balance(A_MONTH_LATER), watched.warnings()) == (45, 2)


def test_a_use_that_meets_expired_credits_before_the_sweep_does_not_hide_the_crossing(watched: Prepaid) -> None:
    watched.use(80, MONDAY)
    watched.grant(80, MONDAY, days=30)
    assert (watched.use(1, A_MONTH_LATER), watched.warnings()) == (19, 1)
    _expire(watched, A_MONTH_LATER)
    assert watched.warnings() == 2


def test_what_was_warned_of_at_a_use_is_not_warned_of_again_by_the_sweep(watched: Prepaid) -> None:
    watched.grant(80, MONDAY, days=30)
    assert (watched.use(60, A_MONTH_LATER), watched.warnings()) == (40, 1)
    _expire(watched, A_MONTH_LATER)
    assert watched.warnings() == 1


def test_a_balance_that_was_low_all_along_is_no_crossing(watched: Prepaid) -> None:
    _watch(watched, 500)
    watched.use(10, MONDAY)
    assert (watched.warnings(), watched.watch().crossings) == (0, 0)


def test_an_ended_watch_is_silent_and_one_that_is_set_again_speaks(watched: Prepaid) -> None:
    watched.use(60, MONDAY)
    _watch(watched, None)
    watched.grant(60, MONDAY)
    watched.use(60, MONDAY)
    assert watched.warnings() == 1
    with watched.database.transaction() as session:
        assert view_watch(session, watched.account_id).warn_below is None

    watched.grant(60, MONDAY)
    _watch(watched, 50)
    watched.use(60, MONDAY)
    assert watched.warnings() == 2
    with watched.database.transaction() as session:
        shown = view_watch(session, watched.account_id)
        assert (shown.warn_below, shown.is_low) == (50, True)
