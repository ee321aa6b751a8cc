"""Work whose vendor is disabled, or has no key, waits untried, and is done as soon as somebody has seen to it."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, update

from billing.errors import NotConnected
from billing.payments.tables import AttemptStatus, PaymentAttempt
from calls.charge_cards import charge_cards
from calls.handle_webhooks import handle_webhooks
from calls.look_up_payments import look_up_payments
from calls.pull_events import pull_events
from calls.send_emails import send_emails
from credentials.master_keys import make
from credentials.switch_provider import NOTICED_AFTER
from database.engine import Database, opened
from database.event_pulls import pulled_until
from database.inbox import InboxEvent, remember
from database.memory import ATTEMPTS_MAX, OVERLAP, Remembered, WorkState
from database.operations import Operation
from database.outbox import OutboxEntry
from gateways.gateway import Gateway
from settings import Settings
from stack.parked_decisions import replay
from stack.providers import set_plain, switch
from tests.workers.hands import NOBODY
from tests.workers.owing import Dunned, Owing
from workers.claims import CONNECTION_WAIT, postpone
from workers.wiring import Work

TRIES = ATTEMPTS_MAX + 2
UNASKED = {"id": "evt_1", "object": "event", "type": "some.other", "created": 1, "api_version": None}


@pytest.fixture
def switching(database_url: str, tmp_path: Path) -> Settings:
    """Who disables and enables; nobody was told a vendor's key but the workers."""
    return Settings(database_url=database_url, cashbeat_home=tmp_path, cashbeat_master_keys=SecretStr(make("k1")))


@pytest.fixture
def kept_books(database_url: str) -> Iterator[Database]:
    """What the operator looks at."""
    with opened(database_url) as database:
        yield database


class WithAnotherOne(Mapping[str, Gateway]):
    """A vendor that nobody has connected comes first."""

    def __init__(self, work: Work) -> None:
        self._others = work.gateways

    def __getitem__(self, name: str) -> Gateway:
        """The other one is not called."""
        if name == "elsewhere":
            raise NotConnected(name, "it is disabled")
        return self._others[name]

    def __iter__(self) -> Iterator[str]:
        """It first."""
        return iter(["elsewhere", *self._others])

    def __len__(self) -> int:
        """One more."""
        return len(self._others) + 1


def _switch(switching: Settings, *, active: bool) -> None:
    """And nobody works until all workers have noticed."""
    switch(switching, "stripe", active=active)
    time.sleep(NOTICED_AFTER.total_seconds())


def _event(kept_books: Database, gateway: str = "stripe", name: str = "evt_1") -> UUID:
    body = json.dumps({**UNASKED, "id": name, "data": {"object": {"id": "x", "object": "x"}}})
    with kept_books.transaction() as session:
        [event_id] = remember(session, gateway, [(name, "some.other", body)])
    return event_id


def _due(kept_books: Database, memory: type[Remembered]) -> None:
    with kept_books.transaction() as session:
        session.execute(update(memory).values(next_attempt_at=func.now()))


def _planned_in(kept_books: Database, memory: type[Remembered], hours: int) -> None:
    """As after some tries."""
    later = func.now() + timedelta(hours=hours)
    with kept_books.transaction() as session:
        session.execute(update(memory).values(next_attempt_at=later, hinted_at=func.now()))


def _row(kept_books: Database, memory: type[Any]) -> Any:
    with kept_books.transaction() as session:
        return session.scalars(select(memory).order_by(memory.id.desc()).limit(1)).one()


def _waits_for_seconds(kept_books: Database, memory: type[Any]) -> float:
    with kept_books.transaction() as session:
        return float(session.scalars(select(func.extract("epoch", memory.next_attempt_at - func.now()))).one())


def test_webhooks_of_a_weekend_wait_and_are_heard_as_soon_as_it_is_enabled(
    work: Work, kept_books: Database, switching: Settings
) -> None:
    switch(switching, "stripe", active=False)
    event_id = _event(kept_books)
    for _ in range(TRIES):
        _due(kept_books, InboxEvent)
        handle_webhooks(work, [event_id])
    waiting = _row(kept_books, InboxEvent)
    assert (waiting.state, waiting.attempts) == (WorkState.READY, 0)
    assert waiting.error == "stripe is not called: it is disabled; `cashbeat provider enable stripe` lets it be"
    assert _waits_for_seconds(kept_books, InboxEvent) > CONNECTION_WAIT.total_seconds() - 10
    _switch(switching, active=True)
    handle_webhooks(work, [event_id])
    assert _row(kept_books, InboxEvent).state is WorkState.DONE


def test_a_command_waits_untried_and_its_customer_gets_the_page_later(
    owing: Owing, kept_books: Database, switching: Settings
) -> None:
    _switch(switching, active=False)
    waiting = owing.ask_page()
    for _ in range(TRIES):
        waiting = owing.run(waiting.id)
    assert (waiting.state, waiting.attempts, waiting.problem) == (WorkState.READY, 0, None)
    _switch(switching, active=True)
    assert _waits_for_seconds(kept_books, Operation) <= 0, "and not in some minutes"
    assert owing.run(waiting.id).state is WorkState.DONE


def test_a_charge_waits_untried_and_is_made_once(owing: Owing, kept_books: Database, switching: Settings) -> None:
    _switch(switching, active=False)
    owing.intend()
    for _ in range(TRIES):
        owing.do("charge")
    waiting = _row(kept_books, OutboxEntry)
    assert (waiting.state, waiting.attempts) == (WorkState.READY, 0)
    assert _waits_for_seconds(kept_books, OutboxEntry) > 60, "it does not stand in the way of what can be charged"
    _switch(switching, active=True)
    charge_cards(owing.work, [waiting.id])
    assert (owing.taken(), owing.story()) == ([2_900], [("charge", "captured")])


def test_a_mail_waits_untried_for_a_sender_that_has_no_key_yet(
    work: Work, debtor: Dunned, kept_books: Database
) -> None:
    for _ in range(TRIES):
        send_emails(work, debtor.make_due("payment_failed"))
    with kept_books.transaction() as session:
        waiting = session.scalars(select(OutboxEntry).where(OutboxEntry.topic == "payment_failed")).one()
    assert (waiting.state, waiting.attempts, waiting.first_attempt_at) == (WorkState.READY, 0, None)
    assert (waiting.error or "").startswith("resend is not called: it has no key")


def test_whatever_is_set_of_a_vendor_wakes_what_waits_for_it_and_nothing_else(
    work: Work, kept_books: Database, switching: Settings
) -> None:
    switch(switching, "stripe", active=False)
    handle_webhooks(work, [_event(kept_books)])
    set_plain(switching, "resend", "endpoint", "https://elsewhere.example")
    assert _waits_for_seconds(kept_books, InboxEvent) > 60
    set_plain(switching, "stripe", "calls_per_second", "50")
    assert _waits_for_seconds(kept_books, InboxEvent) <= NOTICED_AFTER.total_seconds()


def test_what_backs_off_is_tried_soon_once_its_vendor_was_seen_to_and_its_money_is_taken_once(
    owing: Owing, kept_books: Database, switching: Settings
) -> None:
    right = owing.sandbox.address
    set_plain(switching, "stripe", "endpoint", NOBODY)
    time.sleep(NOTICED_AFTER.total_seconds())
    owing.intend()
    owing.do("charge")
    charge = _row(kept_books, OutboxEntry)
    assert (charge.state, charge.attempts) == (WorkState.READY, 1)
    assert "Stripe gave no usable answer" in (charge.error or "")
    _planned_in(kept_books, OutboxEntry, hours=6)
    set_plain(switching, "resend", "endpoint", right)
    assert _waits_for_seconds(kept_books, OutboxEntry) > 3_600, "it was not about that vendor"
    set_plain(switching, "stripe", "endpoint", right)
    assert OVERLAP.total_seconds() - 10 < _waits_for_seconds(kept_books, OutboxEntry) <= OVERLAP.total_seconds()
    assert _row(kept_books, OutboxEntry).attempts == 1, "its next try has the key that it would have had"
    time.sleep(NOTICED_AFTER.total_seconds())
    owing.do("charge")
    assert (owing.taken(), owing.story()) == ([2_900], [("charge", "captured")])


def test_nothing_is_tried_sooner_than_what_may_be_on_its_way_takes_nor_later_than_was_planned(
    owing: Owing, kept_books: Database, switching: Settings
) -> None:
    """A charge whose worker died is left alone for as long as its call may take; nobody's hurry shortens that."""
    owing.intend()
    charge = _row(kept_books, OutboxEntry)
    postpone(kept_books, charge, OVERLAP, "an earlier call may still be under way")
    planned_at = _row(kept_books, OutboxEntry).next_attempt_at
    replay(switching, charge.id)
    set_plain(switching, "stripe", "calls_per_second", "50")
    assert _row(kept_books, OutboxEntry).next_attempt_at == planned_at
    _planned_in(kept_books, OutboxEntry, hours=6)
    replay(switching, charge.id)
    hurried_by = _row(kept_books, OutboxEntry)
    assert OVERLAP.total_seconds() - 10 < _waits_for_seconds(kept_books, OutboxEntry) <= OVERLAP.total_seconds()
    assert hurried_by.hinted_at is None
    assert hurried_by.error is not None


def test_an_events_row_says_whose_it_is_and_is_tried_soon(
    work: Work, kept_books: Database, switching: Settings
) -> None:
    _event(kept_books)
    event = _row(kept_books, InboxEvent)
    postpone(kept_books, event, timedelta(hours=6), "no certificate came")
    set_plain(switching, "paypal", "calls_per_second", "50")
    assert _waits_for_seconds(kept_books, InboxEvent) > 3_600
    set_plain(switching, "stripe", "calls_per_second", "50")
    assert _waits_for_seconds(kept_books, InboxEvent) <= OVERLAP.total_seconds()


def test_a_payment_that_cannot_be_looked_up_stands_in_no_others_way(
    owing: Owing, kept_books: Database, switching: Settings
) -> None:
    """It goes to the end of the line."""
    owing.intend()
    long_ago = owing.work.wall().at - timedelta(hours=1)
    with kept_books.transaction() as session:
        session.execute(update(PaymentAttempt).values(status=AttemptStatus.UNKNOWN, look_up_at=long_ago))
    _switch(switching, active=False)
    look_up_payments(owing.work)
    [attempt] = owing.attempts()
    assert attempt.status is AttemptStatus.UNKNOWN
    assert attempt.look_up_at is not None
    assert attempt.look_up_at > owing.work.wall().at


def test_one_that_is_not_connected_stops_no_others_pull(work: Work) -> None:
    pull_events(replace(work, gateways=WithAnotherOne(work)))
    with work.database.transaction() as session:
        assert pulled_until(session, "stripe") is not None


def test_one_that_is_not_connected_stops_no_others_webhooks(work: Work, kept_books: Database) -> None:
    ids = [_event(kept_books, "elsewhere"), _event(kept_books, "stripe", "evt_2")]
    handle_webhooks(replace(work, gateways=WithAnotherOne(work)), ids)
    with kept_books.transaction() as session:
        states = {row.gateway: row.state for row in session.scalars(select(InboxEvent))}
    assert states == {"elsewhere": WorkState.READY, "stripe": WorkState.DONE}
