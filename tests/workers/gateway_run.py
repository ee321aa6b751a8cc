"""A customer whose subscription the sandbox runs, the events of it, and the books they lead to."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import requests
from sqlalchemy import func, insert, select, text, update

from billing.accounts.queries import get_customer_ref
from billing.catalog.gateway_prices import remember_price
from billing.catalog.plans import find_terms
from billing.catalog.tables import Interval
from billing.clocks.tables import TestClock
from billing.gateway_run.begin_checkout import price_request
from billing.invoices.tables import Invoice
from database.ids import uuid7
from database.inbox import InboxEvent
from database.memory import ATTEMPTS_MAX, WorkState
from database.operations import Operation, stage_command
from gateways.stripe.client import StripeGateway
from gateways.stripe.translate import HANDLED_TYPES
from schemas.commands.accounts import OpenAccount
from schemas.commands.clocks import CreateTestClock
from schemas.commands.payments import StartCardSetup
from schemas.commands.subscriptions import StartSubscriptionCheckout
from settings import SANDBOX_STRIPE_KEY
from tasks import commands, webhooks
from tests.gateways.sandbox_process import ANSWER_SECONDS, Sandbox
from workers.wiring import Work

JANUARY_31 = datetime(2025, 1, 31, 12, tzinfo=UTC)
OLD_VERSION = "2024-06-20"
PATHS = {
    "checkout.session": "checkout/sessions",
    "subscription": "subscriptions",
    "invoice": "invoices",
    "payment_intent": "payment_intents",
    "payment_method": "payment_methods",
    "customer": "customers",
}
Json = dict[str, Any]


class Subscriber:
    """One account on a test clock that stands in our books on 31 January 2025, and goes on at the sandbox."""

    def __init__(self, work: Work, sandbox: Sandbox) -> None:
        self.work, self.sandbox = work, sandbox
        self.stripe = StripeGateway(SANDBOX_STRIPE_KEY, sandbox.address)
        self.told: set[str] = set()
        clock_id = self.command(CreateTestClock(name="Ada's clock", frozen_at=JANUARY_31))["id"]
        opened = OpenAccount.model_validate(
            {"name": "Ada", "owner": "user-1", "billing_email": "ada@ada.example",
             "billing_address": {"country": "US"}, "test_clock_id": clock_id}
        )  # fmt: skip
        self.account_id = UUID(self.command(opened)["id"])
        with work.database.transaction() as session:
            self.clock_ref = session.get_one(TestClock, UUID(clock_id)).clock_ref
        self.subscription_id = UUID(int=0)
        self.checkout: Json = {}

    def begin(self, plan: str = "starter", **fields: object) -> None:
        """Open the checkout by the real command."""
        wanted = StartSubscriptionCheckout.model_validate(
            {"account_id": self.account_id, "plan": {"plan": plan}, "success_url": "https://app.example/ok",
             "cancel_url": "https://app.example/no", **fields}
        )  # fmt: skip
        self.checkout = self.command(wanted)
        self.subscription_id = UUID(self.checkout["subscription_id"])

    def pay(self) -> None:
        """Pay on the hosted page; no event of it is handled yet."""
        assert self.sandbox.pay(self.checkout["checkout_url"]) == 303

    def subscribe(self, plan: str = "starter", **fields: object) -> None:
        """Both."""
        self.begin(plan, **fields)
        self.pay()

    def save_card(self, card_number: str) -> None:
        """Save it on the hosted page, to be charged from now on; no event of it is handled yet."""
        pages = {"success_url": "https://app.example/ok", "cancel_url": "https://app.example/no"}
        page = self.command(StartCardSetup.model_validate({"account_id": self.account_id, **pages}))
        assert self.sandbox.pay(page["checkout_url"], card_number) == 303

    def live_until(self, moment: datetime) -> None:
        """Time goes on at the sandbox alone."""
        self.stripe.advance_clock(self.clock_ref, moment)

    @property
    def customer_ref(self) -> str:
        """What the sandbox calls the account."""
        with self.work.database.transaction() as session:
            return get_customer_ref(session, self.account_id, "stripe")

    @property
    def ref(self) -> str:
        """What the sandbox calls the subscription."""
        fact = self.stripe.fetch_subscription(checkout_ref=self.checkout["checkout_ref"])
        assert fact is not None
        return fact.subscription_ref

    def in_portal(self, action: str, **wishes: str) -> None:
        """A click in the sandbox's portal."""
        self.sandbox.in_portal(self.ref, action, **wishes)

    def price(self, plan: str) -> str:
        """What the sandbox calls a plan's price per month; known to the books as if it had been sold before."""
        with self.work.database.transaction() as session:
            terms = find_terms(session, plan, Interval.MONTH, "USD")
            price_ref = self.stripe.ensure_price(price_request(terms))
            remember_price(session, "stripe", price_ref, terms.price_id)
        return price_ref

    def change_plan(self, plan: str) -> None:
        """In the portal, with the difference invoiced at once."""
        self.in_portal("change-plan", price=self.price(plan), proration_behavior="always_invoice")

    def command(self, command: Any) -> Json:
        """Run a command as a worker does; its result."""
        operation = self.run(command)
        assert operation.state is WorkState.DONE, (operation.problem, operation.error)
        return dict(operation.result or {})

    def run(self, command: Any) -> Operation:
        """Run a command as a worker does; how it ended."""
        body = command.model_dump(mode="json")
        with self.work.database.transaction() as session:
            row_id = stage_command(session, command.kind, body, "test", str(uuid4()))
        return self._run(row_id)

    def try_again(self, operation_id: UUID) -> Operation:
        """A command that waits is tried once more, due or not; how it ended."""
        with self.work.database.transaction() as session:
            session.execute(update(Operation).where(Operation.id == operation_id).values(next_attempt_at=func.now()))
        return self._run(operation_id)

    def _run(self, operation_id: UUID) -> Operation:
        commands.run(id=operation_id)
        with self.work.database.transaction() as session:
            return session.get_one(Operation, operation_id)

    def news(self) -> list[Json]:
        """What was told of this customer since the last call, oldest first."""
        since = JANUARY_31 - timedelta(days=1)
        bodies = self.stripe.list_events(created_after=since, types=list(HANDLED_TYPES))
        events = [event for event in map(json.loads, bodies) if event["id"] not in self.told and self._is_mine(event)]
        self.told |= {event["id"] for event in events}
        return list(reversed(events))

    def _is_mine(self, event: Json) -> bool:
        subject = event["data"]["object"]
        # a card that was taken away names its customer only in what it was before
        before = event["data"].get("previous_attributes") or {}
        return self.customer_ref in (subject.get("customer"), subject["id"], before.get("customer"))

    def in_old_version(self, event: Json) -> Json:
        """The same news as another event, whose object the sandbox renders in an older version of the API."""
        subject = event["data"]["object"]
        url = f"{self.sandbox.address}/v1/{PATHS[subject['object']]}/{subject['id']}"
        headers = {"Stripe-Version": OLD_VERSION}
        answer = requests.get(url, headers=headers, auth=(SANDBOX_STRIPE_KEY, ""), timeout=ANSWER_SECONDS)
        answer.raise_for_status()
        return {**event, "id": f"{event['id']}old", "api_version": OLD_VERSION, "data": {"object": answer.json()}}


def deliver(work: Work, *batches: Sequence[Json]) -> None:
    """Hand events over as the door does, a batch at a time, and handle them until all are done."""
    for batch in filter(None, batches):
        webhooks.handle(ids=store(work, batch))
    settle(work)


def settle(work: Work) -> None:
    """Handle what was put off, until all is done."""
    for _ in range(ATTEMPTS_MAX):
        if not (undone := _undone(work)):
            return
        assert {state for _, state, _ in undone} == {WorkState.READY}, undone
        webhooks.handle(ids=_waiting(work))
    assert _undone(work) == []


def store(work: Work, events: Iterable[Json]) -> list[UUID]:
    """Write events into the inbox."""
    rows = [
        {"id": uuid7(), "gateway": "stripe", "event_id": event["id"], "event_type": event["type"],
         "body": orjson.dumps(event).decode()}
        for event in events
    ]  # fmt: skip
    with work.database.transaction() as session:
        session.execute(insert(InboxEvent), rows)
    return [row["id"] for row in rows]


def last(events: Sequence[Json], event_type: str) -> Json:
    """The newest event of a type."""
    return next(event for event in reversed(events) if event["type"] == event_type)


def bills(ada: Subscriber) -> list[tuple[str, str, int, int]]:
    """Reason, status, total and what kept money paid of it, oldest first."""
    with ada.work.database.transaction() as session:
        found = session.scalars(select(Invoice).order_by(Invoice.issued_at, Invoice.id)).all()
    return [(bill.reason.value, bill.status.value, bill.total_minor, bill.balance_used_minor) for bill in found]


def _undone(work: Work) -> list[tuple[str, WorkState, str | None]]:
    undone = select(InboxEvent.event_type, InboxEvent.state, InboxEvent.error).where(InboxEvent.state != WorkState.DONE)
    with work.database.transaction() as session:
        return [(row.event_type, row.state, row.error) for row in session.execute(undone)]


def _waiting(work: Work) -> list[UUID]:
    """What was put off, due now."""
    ready = update(InboxEvent).where(InboxEvent.state == WorkState.READY).values(next_attempt_at=func.now())
    with work.database.transaction() as session:
        return list(session.scalars(ready.returning(InboxEvent.id)))


# every table but those of the catalog and the pipeline, without ids and without times of writing
BOOKS = {
    "subscriptions": """
        SELECT status, collection, subscription_ref <> '' AS is_known, price_id, interval, currency, anchor,
               period_start, period_end, trial_end, cancel_at_period_end, canceled_at, ended_at, coupon_id, failure
        FROM subscriptions""",
    "invoices": """
        SELECT invoice_ref, reason, status, currency, subtotal_minor, tax_minor, total_minor, balance_used_minor,
               buyer->>'name' AS buyer, issued_at, due_at, paid_at, voided_at IS NULL AS is_not_void FROM invoices""",
    "numbers": "SELECT number FROM invoices",
    "lines": """
        SELECT invoice_ref, position, description, quantity, net_minor, credits, credits_expire_at, kind,
               period_start, period_end FROM invoice_lines JOIN invoices ON invoices.id = invoice_id""",
    "attempts": """
        SELECT invoice_ref, kind, payment_attempts.status, amount_minor, payment_ref, charge_ref, failure_code,
               captured_at FROM payment_attempts JOIN invoices ON invoices.id = invoice_id""",
    "ledger": """
        SELECT reason, ledger_account, gateway, currency, sum(amount_minor), count(*)
        FROM ledger_entries JOIN ledger_transactions AS posted ON posted.id = transaction_id GROUP BY 1, 2, 3, 4""",
    "balances": "SELECT currency, sum(amount_minor - allocated_minor) AS balance_minor FROM receipts GROUP BY currency",
    "grants": "SELECT source, amount, remaining, granted_at, expires_at FROM credit_grants",
    "cards": "SELECT card_ref, brand, last4, is_default, detached_at IS NULL AS is_attached FROM cards",
    "outbox": """
        SELECT topic, coalesce(invoice_ref, 'the subscription') AS subject FROM outbox
        LEFT JOIN invoices ON invoices.id = subject_id""",
}
_EACH = [
    f"'{name}', (SELECT coalesce(json_agg(row ORDER BY row::text), '[]') FROM ({rows}) AS row)"  # noqa: S608 - ours
    for name, rows in BOOKS.items()
]
EVERYTHING = text(f"SELECT json_build_object({', '.join(_EACH)})")


def books(work: Work) -> Json:
    """All that the events led to, comparable between two orders of the same events."""
    with work.database.transaction() as session:
        found: Json = session.scalars(EVERYTHING).one()
    return found
