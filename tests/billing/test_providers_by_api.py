"""A provider is switched off and on by two people, and what waits for it is tried as soon as it is on again."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import ProgrammingError

from billing.errors import NotConnected
from credentials.tables import IntegrationProvider, ProviderType
from database.engine import Database
from database.inbox import InboxEvent, remember
from tests.billing.deciders import Deciders
from workers.wiring import Work


@pytest.fixture
def switchers(hands: Work, database: Database, books_of_owner: Database) -> Deciders:
    """Mo and Jo, beside one provider."""
    with books_of_owner.transaction() as session:
        session.add(IntegrationProvider(id="stripe", display_name="Stripe", type=ProviderType.PAYMENT))
    return Deciders(hands, books_of_owner)


def _is_active(switchers: Deciders) -> bool:
    with switchers.work.database.transaction() as session:
        return session.scalars(select(IntegrationProvider.active)).one()


def test_it_takes_two_people_to_switch_one(switchers: Deciders) -> None:
    wanted = switchers.say("mo", "disable_provider", provider="stripe")
    assert (switchers.outcome(wanted), _is_active(switchers)) == ("awaiting_approval", True)
    assert switchers.shown(wanted).effect == {"provider": "stripe", "is_active": False}
    assert switchers.approve("mo again", wanted) == "same_approver"
    assert switchers.approve("jo", wanted) == "done"
    assert (switchers.outcome(wanted), _is_active(switchers)) == ("done", False)


def test_what_waited_for_it_is_due_once_it_is_on_again(switchers: Deciders) -> None:
    switchers.limit("enable_provider", "*", None)
    with switchers.work.database.transaction() as session:
        remember(session, "stripe", [("evt_1", "charge.refunded", "{}"), ("evt_2", "charge.refunded", "{}")])
        tomorrow = func.now() + timedelta(days=1)
        waiting = update(InboxEvent).values(next_attempt_at=tomorrow, error=NotConnected.waits_for("stripe") + "off")
        session.execute(waiting.where(InboxEvent.event_id == "evt_1"))
        session.execute(update(InboxEvent).where(InboxEvent.event_id == "evt_2").values(next_attempt_at=tomorrow))
    assert switchers.outcome(switchers.say("mo", "enable_provider", provider="stripe")) == "done"
    with switchers.work.database.transaction() as session:
        is_soon = InboxEvent.next_attempt_at < func.now() + timedelta(minutes=1)
        due = dict(session.execute(select(InboxEvent.event_id, is_soon)).all())
    assert due == {"evt_1": True, "evt_2": False}


def test_one_that_nobody_knows_is_not_switched(switchers: Deciders) -> None:
    assert switchers.outcome(switchers.say("mo", "disable_provider", provider="nobody")) == "provider_not_found"


def test_a_worker_switches_a_provider_and_changes_nothing_else_of_it(switchers: Deciders) -> None:
    for statement in ("UPDATE integration_providers SET endpoint = 'http://x'", "DELETE FROM integration_providers"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            _execute(switchers, statement)


def _execute(switchers: Deciders, statement: str) -> None:
    with switchers.work.database.transaction() as session:
        session.execute(text(statement))
