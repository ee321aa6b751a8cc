"""Inbox to books: how many gateway events a second two prefork children handle, beside Celery doing nothing.

And how many payments a second, where the gateway takes its time to answer, beside the reads that it allows.

The events are those that Stripe sends to an endpoint subscribed to exactly the types we handle: two per purchase. Each
purchase is asked for at the sandbox over HTTP, then numbered, posted to the ledger, granted and staged.
"""

import subprocess
import sys
from typing import cast
from uuid import UUID

import requests
from sqlalchemy import text

from benchmarks.parts import Bench, delay_answers, processes_of, rate, running_bench, worker
from benchmarks.row import Row
from billing.accounts.open import open_account
from billing.clocks.wall import Wall
from billing.invariants import violations
from billing.payments.start_checkout import intend_checkout, record_opened
from database.engine import Database
from database.ids import uuid7
from database.inbox import remember
from gateways.stripe.client import StripeGateway
from gateways.stripe.limits import LIVE_CALLS_PER_SECOND
from gateways.stripe.translate import HANDLED_TYPES, translate
from schemas.commands.accounts import Address, OpenAccount
from schemas.commands.payments import StartCreditCheckout
from schemas.messages.webhooks import WEBHOOK_IDS_MAX, HandleWebhooks
from settings import SANDBOX_STRIPE_KEY
from workers.queues import WEBHOOKS
from workers.wiring import utc_now

PURCHASES = 3_000  # of two events each: four seconds of work, so that a hiccup of the machine is no tenth of it
PURCHASES_AT_A_DISTANCE = 1_000
NOOPS = 6_000
AIM = 1.0
# the events' own row is about us, so its gateway allows more than we can ask
UNPACED_CALLS_PER_SECOND = 10_000.0
# a gateway on the same continent
ANSWER_DELAY_SECONDS = 0.15
AIM_OF_DISTANCE = 0.9


def books() -> list[Row]:
    """Handled events per second over no-op tasks per second, same pool, same run; payments over allowed reads."""
    with running_bench(UNPACED_CALLS_PER_SECOND) as bench:
        floor = _measure_noops(bench)
        _buy(bench, PURCHASES)
        value = _measure_events(bench)
        _check(bench, PURCHASES)
    with running_bench() as bench:
        _buy(bench, PURCHASES_AT_A_DISTANCE)
        delay_answers(bench, ANSWER_DELAY_SECONDS)
        payments = _measure_payments(bench, PURCHASES_AT_A_DISTANCE)
        _check(bench, PURCHASES_AT_A_DISTANCE)
    allowed = LIVE_CALLS_PER_SECOND
    return [
        Row("books.events_per_second", value, "events/s", floor, value / floor, AIM),
        Row(
            "books.payments_per_second_at_150_ms", payments, "payments/s", allowed, payments / allowed, AIM_OF_DISTANCE
        ),
    ]


def _measure_noops(bench: Bench) -> float:
    fill = [sys.executable, "-c", f"from benchmarks.noop import fill; fill({NOOPS})"]
    subprocess.run(fill, env=bench.environment, check=True)
    with worker("benchmarks.noop", WEBHOOKS, bench.environment):
        return rate(NOOPS, lambda: cast("int", bench.broker.llen(WEBHOOKS)))


def _measure_events(bench: Bench) -> float:
    events = _ring(bench)
    with worker("workers.celery_app", WEBHOOKS, bench.environment):
        return rate(events, lambda: _count(bench, "inbox WHERE state = 'ready'"))


def _measure_payments(bench: Bench, purchases: int) -> float:
    """By as many processes as `cashbeat up` runs."""
    _ring(bench)
    with worker("workers.celery_app", WEBHOOKS, bench.environment, processes_of(WEBHOOKS)):
        return rate(purchases, lambda: purchases - _count(bench, "invoices WHERE status = 'paid'"))


def _ring(bench: Bench) -> int:
    """For all events in the inbox; how many there are."""
    with bench.database.transaction() as session:
        ids = list(session.scalars(text("SELECT id FROM inbox ORDER BY id")))
    for start in range(0, len(ids), WEBHOOK_IDS_MAX):
        bench.bell.ring(HandleWebhooks(ids=tuple(ids[start : start + WEBHOOK_IDS_MAX])))
    return len(ids)


def _count(bench: Bench, rows: str) -> int:
    with bench.database.transaction() as session:
        return int(session.scalar(text(f"SELECT count(*) FROM {rows}")) or 0)  # noqa: S608 - our own names


def _buy(bench: Bench, purchases: int) -> None:
    """Paid checkouts at the sandbox whose events lie in the inbox, unhandled."""
    gateway = StripeGateway(SANDBOX_STRIPE_KEY, bench.sandbox_url)
    account_id = _account(bench.database)
    with requests.Session() as browser:
        for _ in range(purchases):
            _purchase(bench, gateway, browser, account_id)
    since, types = utc_now().replace(hour=0), tuple(HANDLED_TYPES)
    bodies = list(gateway.list_events(created_after=since, types=types, limit=purchases * len(types)))
    rows = [(fact.event_id, fact.event_type, body.decode()) for body in bodies for fact in [translate(body)]]
    with bench.database.transaction() as session:
        remember(session, "stripe", rows[::-1])


def _purchase(bench: Bench, gateway: StripeGateway, browser: requests.Session, account_id: UUID) -> None:
    command = StartCreditCheckout(
        account_id=account_id, package="value", success_url="https://app.example/", cancel_url="https://app.example/"
    )
    with bench.database.transaction() as session:
        request = intend_checkout(session, uuid7(), command, "stripe", Wall(utc_now()))
    checkout = gateway.open_checkout(request)
    with bench.database.transaction() as session:
        record_opened(session, UUID(request.attempt_id), checkout, Wall(utc_now()))
    pay = f"{bench.sandbox_url}/sandbox/checkout-sessions/{checkout.checkout_ref}/pay"
    browser.post(pay, json={"card_number": "4242424242424242"}, timeout=10).raise_for_status()


def _account(database: Database) -> UUID:
    command = OpenAccount(
        name="Bench", owner="bench", billing_email="bench@example.com", billing_address=Address(country="US")
    )
    with database.transaction() as session:
        return open_account(session, uuid7(), command)


def _check(bench: Bench, purchases: int) -> None:
    """A fast wrong answer is no answer."""
    with bench.database.transaction() as session:
        paid = session.scalar(text("SELECT count(*) FROM invoices WHERE status = 'paid'"))
        wrong = violations(session)
    if paid != purchases or wrong:
        raise RuntimeError(f"{paid} of {purchases} purchases are in the books; {wrong}")
