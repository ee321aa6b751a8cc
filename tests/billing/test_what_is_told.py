"""What the product is told: everything that changes, in the order in which it changed, as it was then."""

from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from billing.credits.watch import set_watch
from billing.events.describe import DESCRIBED
from billing.events.publish import lock_these, lock_untold, publish, set_aside
from billing.events.queries import count_untellable, list_events, untold_seconds
from billing.events.rules import RULES, events_of
from billing.events.tables import ProductEvent
from billing.events.transitions import SILENT
from billing.events.types import TYPES
from billing.subscriptions.queries import show_subscription
from billing.usage.consume import consume_credits
from database.engine import Database
from database.untold import TOLD, UntoldChange, tell
from tests.billing.hearing_side import heard, tell_all, types_heard
from tests.billing.subscribers import Books, utc
from tests.house.test_states import MACHINES

# the state machines of what the product sees, and the table that each is of
TABLES = {
    "invoice": "invoices", "attempt": "payment_attempts", "refund": "refunds", "payment claim": "payment_claims",
    "dispute": "disputes", "subscription": "subscriptions",
}  # fmt: skip
# the states of work, of a dunning (its subscription and invoice tell) and of a test clock are no news
NO_NEWS = {
    "approval", "event delivery", "dunning", "test clock", "usage reservation", "work (inbox, operations, outbox)",
}  # fmt: skip
REST: Mapping[str, Any] = {
    "ended_at": None, "period_start": "2026-01-01", "price_id": "p", "foreign_price": "", "next_price_id": None,
    "cancel_at_period_end": False, "credited_minor": 0, "amount_minor": 1, "evidence_due_at": None,
}  # fmt: skip
NOON = utc("2026-01-31 12:00")


def test_every_state_machine_is_told_of_or_is_no_news() -> None:
    assert {*TABLES, *NO_NEWS} == set(MACHINES)


@pytest.mark.parametrize("machine", TABLES)
def test_every_step_is_an_event_or_silent_for_a_reason(machine: str) -> None:
    silent = {said.partition(": ")[::2] for said in SILENT}
    for before, onward in MACHINES[machine].items():
        for after in onward - {before}:
            told = events_of(TABLES[machine], {**REST, "status": str(before)}, {**REST, "status": str(after)})
            assert told or (machine, str(after)) in silent, f"{machine}: {before} -> {after} is not told"
            assert set(told) <= set(TYPES)


def test_every_table_that_has_a_trigger_has_rules_and_is_described(bare_database: Database) -> None:
    with bare_database.transaction() as session:
        named = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE 'tell!_%' ESCAPE '!'"
        assert set(session.scalars(text(named))) == set(DESCRIBED)
    assert {*DESCRIBED, TOLD} == set(RULES)


def test_a_subscription_is_told_of_from_its_birth_to_its_end(books: Books, ada: UUID, database: Database) -> None:
    tell_all(database)
    opened = len(heard(database, ada))
    subscription = books.subscribe(ada, NOON, "starter")
    books.answer(NOON)
    tell_all(database)
    first, *rest = types_heard(database, ada)[opened:]
    assert first == "subscription.created"
    # all of one transaction: their order is that in which it wrote
    assert sorted(rest[1:]) == sorted(
        ("payment.captured", "invoice.paid", "credits.granted", "subscription.activated")
    ), rest
    assert rest[0] == "invoice.issued"
    begun = len(heard(database, ada))
    books.catch_up(utc("2026-02-28 12:00"))
    books.answer(utc("2026-02-28 12:01"), decline="card_declined")
    books.cancel(subscription, utc("2026-02-28 13:00"))
    tell_all(database)
    told = types_heard(database, ada)[begun:]
    assert Counter(told)["subscription.renewed"] == 1
    assert told.index("invoice.issued") < told.index("payment.failed") < told.index("subscription.canceled")
    assert [event.sequence for event in heard(database, ada)] == list(range(1, opened + 1 + len(told) + begun - opened))


def test_what_is_told_is_what_the_api_showed_then(books: Books, ada: UUID, database: Database) -> None:
    subscription = books.subscribe(ada, NOON, "starter")
    books.answer(NOON)
    with database.transaction() as session:
        shown = show_subscription(session, subscription).model_dump(mode="json")
    books.pause(subscription, utc("2026-02-01 12:00"))
    tell_all(database)
    told = {event.type: event.data for event in heard(database, ada)}
    assert told["subscription.activated"] == shown, "as it was then, not as it is when it is told"
    assert told["subscription.paused"]["status"] == "paused"
    (invoice,) = books.invoices(ada)
    assert told["invoice.paid"]["number"] == invoice.number
    assert str(invoice.pay_secret) not in str(told)


def test_hundreds_that_renew_at_once_are_each_told_of(books: Books, database: Database) -> None:
    accounts = [books.open(f"customer-{number}") for number in range(30)]
    for account_id in accounts:
        books.give_card(account_id, NOON)
        books.subscribe(account_id, NOON, "starter")
    books.answer(NOON)
    tell_all(database)
    books.catch_up(utc("2026-02-28 12:00"))
    with database.transaction() as session:
        told = publish(session, lock_untold(session))
    assert Counter(event["type"] for event in told) == {"subscription.renewed": 30, "invoice.issued": 30}
    assert Counter(event["account_id"] for event in told) == dict.fromkeys(accounts, 2)


def test_credits_are_told_of_when_they_run_low_and_out(books: Books, ada: UUID, database: Database) -> None:
    books.subscribe(ada, NOON, "starter")
    books.answer(NOON)
    tell_all(database)
    told = len(heard(database, ada))
    with database.transaction() as session:
        set_watch(session, ada, 100)
    for name, amount in (("one", 1), ("most", 410), ("rest", 89)):
        with database.transaction() as session:
            left = consume_credits(session, ada, amount, name, "", NOON)
    assert left == 0
    tell_all(database)
    assert types_heard(database, ada)[told:] == ["credits.low", "credits.depleted"], "nothing of each single use"


def test_what_is_committed_late_comes_late_and_is_missed_by_nobody(books: Books, ada: UUID, database: Database) -> None:
    tell_all(database)
    bo = books.open("bo")
    tell_all(database)
    with database.transaction() as session:
        start = int(list_events(session, limit=100).next_cursor)
    with database.transaction() as slow:
        tell(slow, "test.sent", ada, ada, {"first": True})
        with database.transaction() as session:
            tell(session, "test.sent", bo, bo, {"second": True})
        assert tell_all(database) == 1, "the slow one is not told before it is committed"
        with database.transaction() as session:
            page = list_events(session, after=start)
    assert [event.account_id for event in page.data] == [bo]
    assert tell_all(database) == 1
    with database.transaction() as session:
        assert [event.account_id for event in list_events(session, after=int(page.next_cursor)).data] == [ada]


def test_two_who_tell_at_once_tell_nothing_twice(ada: UUID, database: Database) -> None:
    with database.transaction() as one:
        ids = lock_untold(one)
        assert ids
        with database.transaction() as other:
            assert lock_untold(other) == (), "somebody else gives out numbers"
        publish(one, ids)
    with database.transaction() as session:
        assert lock_these(session, ids) == []


def test_a_change_that_cannot_be_told_waits_for_a_person(ada: UUID, database: Database) -> None:
    tell_all(database)
    with database.transaction() as session:
        strange = UntoldChange(kind="strangers", account_id=ada, object_id=ada, after={})
        session.add(strange)
    with pytest.raises(KeyError), database.transaction() as session:
        publish(session, lock_untold(session))
    with database.transaction() as session:
        assert untold_seconds(session) > 0
        set_aside(session, session.scalars(select(UntoldChange.id)).one(), "no idea")
    with database.transaction() as session:
        tell(session, "test.sent", ada, ada, {})
    assert tell_all(database) == 1
    with database.transaction() as session:
        assert (count_untellable(session), untold_seconds(session)) == (1, 0)


def test_no_worker_edits_what_was_told(ada: UUID, database: Database) -> None:
    tell_all(database)
    with pytest.raises(Exception, match=r"permission denied"), database.transaction() as session:
        session.execute(text("UPDATE product_events SET type = 'account.updated'"))
    with database.transaction() as session:
        assert session.scalars(select(ProductEvent.type)).first() == "account.created"
