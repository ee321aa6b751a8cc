"""The warning about a low balance: once per crossing, whoever crosses, and armed again by a rise."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from billing.clocks.timelines import Timeline
from billing.credits.queries import view_watch
from billing.credits.watch import set_watch
from billing.usage.expire import expire_credits
from database.engine import Database
from tests.billing.prepaid import Prepaid

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
A_MONTH_LATER = MONDAY + timedelta(days=30)


@pytest.fixture
def ada(database: Database, account_id: UUID) -> Prepaid:
    """A customer with 100 credits who wants to be warned below 50."""
    prepaid = Prepaid(database, account_id)
    prepaid.grant(100, MONDAY)
    _watch(prepaid, 50)
    return prepaid


def _watch(ada: Prepaid, warn_below: int | None) -> None:
    with ada.database.transaction() as session:
        set_watch(session, ada.account_id, warn_below)


def _expire(ada: Prepaid, now: datetime, limit: int = 100) -> None:
    with ada.database.transaction() as session:
        expire_credits(session, Timeline(None, now), limit)


def test_a_balance_at_the_number_is_not_below_it(ada: Prepaid) -> None:
    ada.use(50, MONDAY)
    assert ada.warnings() == 0
    ada.use(1, MONDAY)
    assert ada.warnings() == 1


def test_a_falling_balance_is_warned_of_once_until_it_has_risen(ada: Prepaid) -> None:
    ada.use(60, MONDAY)
    ada.use(10, MONDAY)
    assert (ada.warnings(), ada.watch().is_low) == (1, True)
    ada.grant(19, MONDAY)
    ada.use(1, MONDAY)
    assert (ada.warnings(), ada.watch().is_low) == (1, True)
    ada.grant(2, MONDAY)
    assert ada.watch().is_low is False
    ada.use(1, MONDAY)
    assert (ada.warnings(), ada.watch().crossings) == (2, 2)


def test_sixteen_consumers_at_once_cause_one_warning_per_crossing(ada: Prepaid) -> None:
    for crossing in (1, 2, 3):
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda _: ada.use(5, MONDAY), range(20)))
        assert (ada.balance(MONDAY), ada.warnings(), ada.watch().crossings) == (0, crossing, crossing)
        ada.grant(60, MONDAY)
        ada.grant(40, MONDAY, days=30)


def test_time_may_cross_too(ada: Prepaid) -> None:
    ada.use(60, MONDAY)
    ada.grant(80, MONDAY, days=30)
    _expire(ada, A_MONTH_LATER)
    assert (ada.balance(A_MONTH_LATER), ada.warnings()) == (40, 2)
    _expire(ada, A_MONTH_LATER)
    assert ada.warnings() == 2


def test_a_crossing_that_expires_in_parts_is_warned_of_once(ada: Prepaid) -> None:
    ada.use(55, MONDAY)
    for _ in range(2):
        ada.grant(3, MONDAY, days=30)
    assert ada.warnings() == 1
    for _ in range(2):
        _expire(ada, A_MONTH_LATER, limit=1)
    assert (ada.balance(A_MONTH_LATER), ada.warnings()) == (45, 2)


def test_a_use_that_meets_expired_credits_before_the_sweep_does_not_hide_the_crossing(ada: Prepaid) -> None:
    ada.use(80, MONDAY)
    ada.grant(80, MONDAY, days=30)
    assert (ada.use(1, A_MONTH_LATER), ada.warnings()) == (19, 1)
    _expire(ada, A_MONTH_LATER)
    assert ada.warnings() == 2


def test_what_was_warned_of_at_a_use_is_not_warned_of_again_by_the_sweep(ada: Prepaid) -> None:
    ada.grant(80, MONDAY, days=30)
    assert (ada.use(60, A_MONTH_LATER), ada.warnings()) == (40, 1)
    _expire(ada, A_MONTH_LATER)
    assert ada.warnings() == 1


def test_a_balance_that_was_low_all_along_is_no_crossing(ada: Prepaid) -> None:
    _watch(ada, 500)
    ada.use(10, MONDAY)
    assert (ada.warnings(), ada.watch().crossings) == (0, 0)


def test_an_ended_watch_is_silent_and_one_that_is_set_again_speaks(ada: Prepaid) -> None:
    ada.use(60, MONDAY)
    _watch(ada, None)
    ada.grant(60, MONDAY)
    ada.use(60, MONDAY)
    assert ada.warnings() == 1
    with ada.database.transaction() as session:
        assert view_watch(session, ada.account_id).warn_below is None

    ada.grant(60, MONDAY)
    _watch(ada, 50)
    ada.use(60, MONDAY)
    assert ada.warnings() == 2
    with ada.database.transaction() as session:
        shown = view_watch(session, ada.account_id)
        assert (shown.warn_below, shown.is_low) == (50, True)
