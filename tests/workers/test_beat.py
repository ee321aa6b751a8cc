"""Beat forgets its past at every start, so it rings for everything at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from celery.beat import Service
from celery.signals import beat_init

import settings as configuration
import workers.life_cycle  # noqa: F401 - connects what beat does at its start
from beat_schedule import SCHEDULE
from tests.logging_back import logging_put_back
from workers.celery_app import app


@pytest.fixture
def broker_is_set(monkeypatch: pytest.MonkeyPatch, broker_url: str) -> Iterator[None]:
    """What beat has to be told."""
    monkeypatch.setenv("BROKER_URL", broker_url)
    configuration.load.cache_clear()
    with logging_put_back():  # it is configured, as beat does at its start
        yield
    configuration.load.cache_clear()


@pytest.mark.usefixtures("broker_is_set")
def test_everything_is_due_when_beat_starts(tmp_path: Path) -> None:
    app.conf.beat_schedule = SCHEDULE
    service = Service(app, schedule_filename=str(tmp_path / "schedule"))
    beat_init.send(sender=service)
    entries = service.scheduler.schedule
    assert SCHEDULE.keys() == entries.keys()
    assert [name for name in SCHEDULE if not entries[name].is_due().is_due] == []
    service.scheduler.close()


def test_no_tick_expires_by_the_clock_of_whoever_hears_it() -> None:
    assert [name for name, entry in SCHEDULE.items() if "expires" in entry["options"]] == []
