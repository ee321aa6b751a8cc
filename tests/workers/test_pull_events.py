"""Events are pulled from where the last pull ended, however long ago, and what is too much for one pull comes next."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from calls.pull_events import LISTED_FOR, OVERLAP, pull_events
from database.event_pulls import note_pull, pulled_until
from database.inbox import InboxEvent
from database.webhook_findings import read_findings
from tests.gateways.sandbox_process import Sandbox
from tests.workers.hands import equip
from workers.wiring import Work

DAY_SECONDS = 24 * 60 * 60


@pytest.fixture
def silent_work(database_url: str, broker_url: str, own_sandbox: Sandbox) -> Work:
    """Its gateway's webhooks go nowhere."""
    return equip(database_url, broker_url, own_sandbox.address)


def _pulled(work: Work) -> int:
    with work.database.transaction() as session:
        return session.scalars(select(func.count()).select_from(InboxEvent)).one()


def _pull_ended(work: Work, ago: timedelta) -> None:
    with work.database.transaction() as session:
        note_pull(session, "stripe", work.wall().at - ago)


def _happen(work: Work, sandbox: Sandbox, days_ago: int, count: int) -> None:
    """So many events, two minutes apart, the first so many days ago; then it is today there."""
    sandbox.freeze(work.wall().at - timedelta(days=days_ago))
    for _ in range(count):
        sandbox.ask(
            "POST", "/v1/payment_intents", amount="500", currency="usd", confirm="true", payment_method="pm_card_visa"
        )
        sandbox.advance(120)
    sandbox.advance(days_ago * DAY_SECONDS - 120 * count)


def test_after_days_without_a_pull_nothing_of_them_is_missing(silent_work: Work, own_sandbox: Sandbox) -> None:
    _happen(silent_work, own_sandbox, 20, 3)
    _pull_ended(silent_work, timedelta(days=21))
    pull_events(silent_work)
    assert _pulled(silent_work) == 3
    pull_events(silent_work)
    assert _pulled(silent_work) == 3
    with silent_work.database.transaction() as session:
        assert read_findings(session)["stripe"].missing == 3, "which is an alarm where no webhook comes"


def test_what_is_too_much_for_one_pull_is_left_for_the_next(silent_work: Work, own_sandbox: Sandbox) -> None:
    _happen(silent_work, own_sandbox, 2, 9)
    _pull_ended(silent_work, timedelta(days=2, minutes=1))
    seen = []
    for _ in range(6):
        pull_events(silent_work, events_max=4)
        seen.append(_pulled(silent_work))
    assert seen[-1] == 9
    assert all(after - before <= 4 for before, after in zip([0, *seen], seen, strict=False))


def test_the_last_hour_is_asked_for_again_since_an_event_may_be_listed_late(silent_work: Work) -> None:
    pull_events(silent_work)
    with silent_work.database.transaction() as session:
        noted = pulled_until(session, "stripe")
    assert noted is not None
    assert timedelta(0) <= silent_work.wall().at - noted - OVERLAP < timedelta(minutes=1)


def test_a_pull_never_goes_back(silent_work: Work) -> None:
    _pull_ended(silent_work, timedelta(hours=2))
    _pull_ended(silent_work, timedelta(days=5))
    with silent_work.database.transaction() as session:
        noted = pulled_until(session, "stripe")
    assert noted is not None
    assert silent_work.wall().at - noted < timedelta(hours=3)


def test_what_a_gateway_lists_no_more_is_an_alarm(silent_work: Work) -> None:
    _pull_ended(silent_work, LISTED_FOR + timedelta(days=1))
    with capture_logs() as lines:
        pull_events(silent_work)
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["events_may_be_missing"]
