"""Whatever the order, number and API version of a gateway's events: the books are the same in the end."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from billing.invariants import violations
from database.engine import dialect_url
from schemas.facts.customers import CardFact, CustomerFact
from schemas.facts.invoices import GatewayInvoiceFact
from schemas.facts.subscriptions import SubscriptionFact
from tests.gateways.sandbox_process import Sandbox
from tests.workers.gateway_run import JANUARY_31, Json, Subscriber, books, deliver
from workers import task as task_base
from workers.wiring import Work

# five hundred orders in all; so many at a time take some twenty seconds
SEEDS, ORDERS, ORDERS_WITH_RENEWAL, COURSES = range(20250131, 20250136), 100, 25, 8
DAY = timedelta(days=1)
FEBRUARY_14, MARCH_1, APRIL_10 = JANUARY_31 + 14 * DAY, JANUARY_31 + 29 * DAY, JANUARY_31 + 69 * DAY
# what the events of a subscription write; the account, and the checkout that began it, stay
WRITTEN = (
    "ledger_entries", "ledger_transactions", "credit_transactions", "credit_grants", "allocations", "receipts",
    "payment_attempts",
    "invoice_lines", "invoice_documents", "invoices", "invoice_counters", "cards", "outbox",
    "inbox",
)  # fmt: skip


class Recorded:
    """A gateway at which nothing changes any more: each question is asked once."""

    def __init__(self, gateway: object) -> None:
        self._gateway = gateway
        self._answers: dict[Any, Any] = {}

    def __getattr__(self, name: str) -> Any:
        def ask(*words: object, **named: object) -> Any:
            question = (name, words, tuple(sorted(named.items())))
            if question not in self._answers:
                self._answers[question] = getattr(self._gateway, name)(*words, **named)
            return self._answers[question]

        return ask


class Moment:
    """What the gateway answers at one moment of a subscription's life."""

    def __init__(self, ada: Subscriber) -> None:
        self._subscription = ada.stripe.fetch_subscription(subscription_ref=ada.ref)
        self._listed = ada.stripe.list_invoices(ada.ref)
        self._invoices = {each.invoice_ref: ada.stripe.fetch_invoice(each.invoice_ref) for each in self._listed}
        assert self._subscription is not None
        self._customer = ada.stripe.fetch_customer(self._subscription.customer_ref)
        self._stripe = ada.stripe

    def fetch_subscription(self, **_: str) -> SubscriptionFact | None:
        return self._subscription

    def fetch_invoice(self, invoice_ref: str) -> GatewayInvoiceFact | None:
        return self._invoices[invoice_ref]

    def list_invoices(self, _: str) -> list[GatewayInvoiceFact]:
        return self._listed

    def fetch_customer(self, _: str) -> CustomerFact | None:
        return self._customer

    def fetch_card(self, **references: str) -> CardFact | None:
        return self._stripe.fetch_card(**references)  # the cards of this story are only added


@pytest.fixture
def eraser(database_url: str) -> Iterator[Engine]:
    """The way to undo what cannot be undone: the ledger refuses it to everybody else."""
    engine = create_engine(dialect_url(database_url))
    yield engine
    engine.dispose()


def _keep(eraser: Engine) -> None:
    with eraser.begin() as connection:
        connection.execute(text("CREATE TABLE as_begun AS SELECT * FROM subscriptions"))


def _undo(eraser: Engine) -> None:
    erased = "".join(f"DELETE FROM {table};" for table in (*WRITTEN, "subscriptions"))  # noqa: S608 - names of ours
    with eraser.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(f"{erased} INSERT INTO subscriptions SELECT * FROM as_begun"))  # noqa: S608 - as above


def _ask_instead(work: Work, gateway: Any) -> None:
    """From now on tasks of this process ask another gateway."""
    recorded = replace(
        work.gateway("stripe"),
        offers_checkout=gateway,
        offers_saved_methods=gateway,
        offers_subscriptions=gateway,
    )
    task_base.start(replace(work, gateways={"stripe": recorded}))


def _in_batches(chance: random.Random, events: list[Json]) -> list[list[Json]]:
    """In any order, at once or, every third time, in two batches of any size."""
    chance.shuffle(events)
    cuts = chance.sample(range(1, len(events)), chance.choice((0, 0, 1)))
    return [events[start:end] for start, end in pairwise([0, *cuts, len(events)])]


SHORT, LONG = (FEBRUARY_14, 7, [("start", 9_900)]), (MARCH_1, 11, [("renewal", 9_900), ("start", 9_900)])


@pytest.mark.parametrize(
    ("life", "orders", "seed"), [*((SHORT, ORDERS, seed) for seed in SEEDS), (LONG, ORDERS_WITH_RENEWAL, SEEDS[0])]
)
def test_every_order_ends_in_the_same_books(
    work: Work, module_sandbox: Sandbox, eraser: Engine, life: tuple[datetime, int, list[Any]], orders: int, seed: int
) -> None:
    until, told, bills = life
    ada = Subscriber(work, module_sandbox)
    ada.begin()
    _keep(eraser)
    ada.pay()
    ada.live_until(until)
    events = ada.news()
    assert len(events) == told
    # each comes twice, the second time as the version of June 2024 would tell it
    events += [ada.in_old_version(event) for event in events]
    _ask_instead(work, Recorded(ada.stripe))

    deliver(work, events)
    expected = books(work)
    assert sorted((each["reason"], each["total_minor"]) for each in expected["invoices"]) == bills
    assert {each["status"] for each in expected["invoices"]} == {"paid"}
    chance = random.Random(seed)  # noqa: S311 - an order to be repeated, no secret
    for number in range(orders):
        _undo(eraser)
        deliver(work, *_in_batches(chance, list(events)))
        assert books(work) == expected, f"order {number} of seed {seed}"
    with work.database.transaction() as session:
        assert violations(session) == []


def test_the_gateway_moves_on_while_its_events_are_late(work: Work, module_sandbox: Sandbox, eraser: Engine) -> None:
    ada = Subscriber(work, module_sandbox)
    ada.begin()
    _keep(eraser)
    moments, events = _live(ada)
    chance = random.Random(SEEDS[0])  # noqa: S311 - an order to be repeated, no secret
    results = []
    for _ in range(COURSES):
        _undo(eraser)
        _follow(work, chance, moments, [list(each) for each in events])
        results.append(books(work))
    told = results[0]
    assert sorted((each["reason"], each["total_minor"], each["balance_used_minor"]) for each in told["invoices"]) == [
        ("change", 0, 0), ("change", 5_000, 0), ("renewal", 9_900, 5_000), ("start", 9_900, 0)
    ]  # fmt: skip
    assert told["subscriptions"][0]["status"] == "canceled"
    for number, result in enumerate(results):
        assert result == told, f"course {number} of seed {SEEDS[0]}"
    with work.database.transaction() as session:
        assert violations(session) == []


def _live(ada: Subscriber) -> tuple[list[Moment], list[list[Json]]]:
    """A life in steps: what the gateway answers after each, and what it told of each."""
    steps = (
        ada.pay,
        lambda: ada.live_until(FEBRUARY_14),
        lambda: ada.change_plan("growth"),
        lambda: ada.change_plan("starter"),
        lambda: ada.live_until(MARCH_1),
        lambda: ada.in_portal("card", card_number="5555555555554444"),
        lambda: ada.in_portal("cancel"),
        lambda: ada.live_until(APRIL_10),
    )
    moments, events = [], []
    for step in steps:
        step()
        moments.append(Moment(ada))
        events.append(ada.news())
    return moments, events


def _follow(work: Work, chance: random.Random, moments: list[Moment], events: list[list[Json]]) -> None:
    """The gateway moves on now and then; of what it has told so far some events come, in any order."""
    waiting: list[Json] = []
    for moment, told in zip(moments, events, strict=True):
        _ask_instead(work, moment)
        waiting += told
        chance.shuffle(waiting)
        some = chance.choice((0, chance.randint(0, len(waiting))))
        deliver(work, waiting[:some])
        waiting = waiting[some:]
    deliver(work, waiting)
