"""All workers together never call a gateway faster than it allows."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

from sqlalchemy import select

from billing.payments.pace import push_back, reserve
from billing.payments.rate_tables import CallRate
from database.engine import Database

PER_SECOND = 200.0
SOON = timedelta(seconds=30)
MICROSECONDS = 5e-6


def _slots(database: Database, count: int) -> list[float]:
    """When each reserved slot comes, as Unix time: the row says it to the microsecond as long as it is ours."""
    with database.transaction() as session:
        wait_seconds = reserve(session, "stripe", count, PER_SECOND, SOON)
        free_at = session.scalars(select(CallRate.free_at)).one().timestamp()
    assert wait_seconds is not None
    slots = [free_at - (count - place) / PER_SECOND for place in range(count)]
    assert slots[0] - time.time() <= wait_seconds + 0.001
    return slots


def _push_back(database: Database, seconds: float) -> None:
    with database.transaction() as session:
        push_back(session, "stripe", seconds)


def _many(times: int, act: Callable[[], list[float]]) -> list[float]:
    with ThreadPoolExecutor(8) as pool:
        return sorted(slot for slots in pool.map(lambda _: act(), range(times)) for slot in slots)


def test_eight_workers_share_one_rate_and_waste_none_of_it(database: Database) -> None:
    began = time.time()
    # two seconds ahead, so that no worker is late however busy the machine is
    slots = _slots(database, 400) + _many(40, lambda: _slots(database, 50))

    assert slots[0] >= began
    distances = [after - before for before, after in pairwise(slots)]
    assert min(distances) > 1 / PER_SECOND - MICROSECONDS
    assert max(distances) < 1 / PER_SECOND + MICROSECONDS


def test_what_was_not_used_is_not_made_up_for(database: Database) -> None:
    _slots(database, 1)
    time.sleep(0.1)
    began = time.time()
    assert _slots(database, 10)[0] >= began


def test_who_would_wait_too_long_reserves_nothing(database: Database) -> None:
    _slots(database, int(10 * PER_SECOND))
    with database.transaction() as session:
        assert reserve(session, "stripe", 1, PER_SECOND, timedelta(seconds=1)) is None
        wait_seconds = reserve(session, "stripe", 1, PER_SECOND, timedelta(seconds=20))
    assert wait_seconds is not None
    assert 0 < wait_seconds <= 10


def test_a_gateway_that_asks_for_a_pause_gets_it_from_everybody(database: Database) -> None:
    began = time.time()
    _push_back(database, 20)
    pushed = time.time()
    _push_back(database, 1)
    slots = _many(8, lambda: _slots(database, 1))
    assert began + 20 <= slots[0] < pushed + 21


def test_gateways_do_not_wait_for_each_other(database: Database) -> None:
    _push_back(database, 60)
    with database.transaction() as session:
        assert reserve(session, "paypal", 1, 1.0, SOON) == 0
