"""A worker whose clock is wrong says so, does nothing, and lets others have the work."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from celery.exceptions import Reject
from structlog.testing import capture_logs

from database.upkeep import heartbeat_ages
from tasks.upkeep import beat_heart
from tests.workers.hands import equip
from workers import task
from workers.clock_check import ClockCheck
from workers.wiring import Work, utc_now

TEN_MINUTES, A_MOMENT = timedelta(minutes=10), timedelta(seconds=20)


@pytest.fixture
def here(database_url: str, broker_url: str) -> Iterator[Work]:
    """A worker, before it begins."""
    yield equip(database_url, broker_url)
    task.stop()


def _begin(here: Work, ahead: timedelta) -> None:
    task.start(replace(here, clock=lambda: utc_now() + ahead))


def _pulses(here: Work) -> set[str]:
    with here.database.transaction() as session:
        return set(heartbeat_ages(session))


@pytest.mark.parametrize(("ahead", "queue"), [(TEN_MINUTES, "emails"), (-TEN_MINUTES, "documents")])
def test_work_goes_back_until_the_clock_is_right(here: Work, ahead: timedelta, queue: str) -> None:
    _begin(here, ahead)
    with capture_logs() as said, pytest.raises(Reject) as back:
        beat_heart(of_queue=queue)
    assert (back.value.requeue, _pulses(here)) == (True, set())
    assert [line["event"] for line in said] == ["clock_is_off"]

    _begin(here, timedelta(0))
    beat_heart(of_queue=queue)
    assert _pulses(here) == {queue}


@pytest.mark.parametrize("ahead", [A_MOMENT, -A_MOMENT])
def test_some_seconds_are_no_reason_to_stop(here: Work, ahead: timedelta) -> None:
    assert ClockCheck(here.database, lambda: utc_now() + ahead).is_right()


def test_a_slow_database_is_no_fault_of_the_clock(here: Work) -> None:
    readings = iter([utc_now() - TEN_MINUTES, utc_now() + TEN_MINUTES])
    assert ClockCheck(here.database, lambda: next(readings)).is_right()
