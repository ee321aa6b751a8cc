"""All workers together never call a gateway faster than it allows."""

import time
from bisect import bisect_left
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from billing.payments.pace import push_back, reserve
from database.engine import Database

PER_SECOND = 200.0
SOON = timedelta(seconds=30)


def _slots(database: Database, count: int) -> list[float]:
    """When each reserved slot comes, on this machine's monotonic clock."""
    with database.transaction() as session:
        wait_seconds = reserve(session, "stripe", count, PER_SECOND, SOON)
    assert wait_seconds is not None
    first = time.monotonic() + wait_seconds
    return [first + place / PER_SECOND for place in range(count)]


def _push_back(database: Database, seconds: float) -> None:
    with database.transaction() as session:
        push_back(session, "stripe", seconds)


def _many(times: int, act: Callable[[], list[float]]) -> list[float]:
    with ThreadPoolExecutor(8) as pool:
        return sorted(slot for slots in pool.map(lambda _: act(), range(times)) for slot in slots)


def test_eight_workers_share_one_rate_and_waste_none_of_it(database: Database) -> None:
    began = time.monotonic()
    slots = _many(40, lambda: _slots(database, 50))

    assert slots[0] >= began
    # two thousand slots take 1,999 distances of 5 ms; more only by what the first reservation cost
    assert 9.95 <= slots[-1] - slots[0] <= 10.5
    window = 0.5
    fullest = max(bisect_left(slots, start + window) - place for place, start in enumerate(slots))
    assert fullest <= PER_SECOND * window * 1.05


def test_what_was_not_used_is_not_made_up_for(database: Database) -> None:
    _slots(database, 1)
    time.sleep(0.1)
    slots = _slots(database, 10)
    assert slots[-1] - time.monotonic() >= 8 / PER_SECOND


def test_who_would_wait_too_long_reserves_nothing(database: Database) -> None:
    _slots(database, int(PER_SECOND))
    with database.transaction() as session:
        assert reserve(session, "stripe", 1, PER_SECOND, timedelta(seconds=0.5)) is None
        wait_seconds = reserve(session, "stripe", 1, PER_SECOND, timedelta(seconds=2))
    assert wait_seconds is not None
    assert 0.5 < wait_seconds <= 1


def test_a_gateway_that_asks_for_a_pause_gets_it_from_everybody(database: Database) -> None:
    _push_back(database, 3)
    _push_back(database, 1)
    began = time.monotonic()
    slots = _many(8, lambda: _slots(database, 1))
    assert 2.5 < slots[0] - began <= 3


def test_gateways_do_not_wait_for_each_other(database: Database) -> None:
    _push_back(database, 60)
    with database.transaction() as session:
        assert reserve(session, "paypal", 1, 1.0, SOON) == 0
