"""Somebody with a saved card at the sandbox who owes an invoice, and a hand that does what workers do about it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import requests
from sqlalchemy import func, select, update

from billing.accounts.open import open_account
from billing.clocks.timelines import Timeline
from billing.cycle.plan_change.expire_change import CHANGE_EXPIRIES
from billing.cycle.renewal.come_due import come_due
from billing.cycle.renewal.due import claim_due
from billing.cycle.start.create import create_subscription
from billing.dunning.retry_due import RETRIES
from billing.dunning.tables import Dunning
from billing.invoices.queries import get_invoice
from billing.invoices.tables import Invoice, InvoiceReason
from billing.outcomes.end_dunning import DUNNING_ENDS
from billing.outcomes.record_outcome import record_outcome
from billing.outcomes.save_card import save_card
from billing.payments.cancel_under_way import cancel_under_way
from billing.payments.tables import PaymentAttempt
from billing.receipts.tables import Receipt
from billing.subscriptions.queries import get_subscription, show_subscription
from billing.subscriptions.tables import Subscription, SubscriptionStatus
from calls.run_command import run_command
from database.ids import uuid7
from database.memory import WorkState
from database.operations import Operation, stage_command
from database.outbox import OutboxEntry
from schemas.commands.base import Command
from schemas.commands.payments import PayInvoice
from schemas.commands.subscriptions import ChangePlan, CreateSubscription, PlanChoice
from schemas.facts.payments import PaymentStatus
from settings import SANDBOX_STRIPE_KEY
from tasks import payments
from tests.billing.charges import answer, give_card, intend, issue
from tests.billing.conftest import ADA
from tests.gateways.cards_there import save_there
from tests.gateways.sandbox_process import ANSWER_SECONDS, Sandbox
from workers.sweeps import do_due
from workers.wiring import Work

TASKS = {"charge": payments.charge, "cancel_payment": payments.cancel}


class Owing:
    """One account and one issued invoice, of 29.00 unless told otherwise."""

    def __init__(self, work: Work, sandbox: Sandbox, card: str = "pm_card_visa", minor: int = 2_900) -> None:
        self.work, self.sandbox = work, sandbox
        with work.database.transaction() as session:
            self.account_id = open_account(session, uuid7(), ADA)
        self.use_card(card)
        self.invoice_id = issue(work.database, self.account_id, work.wall().at, minor)

    def use_card(self, card: str) -> None:
        """Save a card there and here; it is charged from now on, at once for what waits for another card."""
        fact = save_there(self.work.gateway("stripe").saved_methods, self.account_id, card)
        self.customer_ref, self.card_ref = fact.customer_ref, fact.card_ref
        give_card(self.work.database, self.account_id, self.work.wall().at, fact)

    def save_another(self, name: str = "pm_card_mastercard") -> UUID:
        """Another card, there and here, beside the one that is charged."""
        url = f"{self.sandbox.address}/v1/payment_methods/{name}/attach"
        form, auth = {"customer": self.customer_ref}, (SANDBOX_STRIPE_KEY, "")
        attached = requests.post(url, data=form, auth=auth, timeout=ANSWER_SECONDS)
        attached.raise_for_status()
        fact = self.work.gateway("stripe").saved_methods.fetch_card(card_ref=attached.json()["id"])
        assert fact is not None
        with self.work.database.transaction() as session:
            return save_card(session, self.account_id, fact, self.work.wall().at)

    def intend(self) -> UUID:
        """A charge is begun; it is not sent yet."""
        return intend(self.work.database, self.invoice_id, self.work.wall().at).id

    def cancel(self) -> bool:
        """Whether nothing is under way for the invoice any more."""
        with self.work.database.transaction() as session:
            session.get_one(Invoice, self.invoice_id, with_for_update=True)
            return cancel_under_way(session, self.invoice_id)

    def do(self, topic: str) -> None:
        """Ring for all rows of a topic that are not done, due or not."""
        for row_id in self.make_due(topic):
            TASKS[topic](ids=[row_id])

    def make_due(self, topic: str) -> list[UUID]:
        """All rows of a topic that are not done, which are due from now on."""
        waiting = OutboxEntry.topic == topic, OutboxEntry.state == WorkState.READY
        with self.work.database.transaction() as session:
            session.execute(update(OutboxEntry).where(*waiting).values(next_attempt_at=func.now(), lease_until=None))
            return list(session.scalars(select(OutboxEntry.id).where(*waiting).order_by(OutboxEntry.id)))

    def rows(self, topic: str) -> list[tuple[str, str]]:
        """State and last error of the rows of a topic."""
        found = select(OutboxEntry.state, OutboxEntry.error).where(OutboxEntry.topic == topic).order_by(OutboxEntry.id)
        with self.work.database.transaction() as session:
            return [(row.state.value, row.error or "") for row in session.execute(found)]

    def attempts(self) -> list[PaymentAttempt]:
        """Every attempt of the invoice, oldest first."""
        found = select(PaymentAttempt).where(PaymentAttempt.invoice_id == self.invoice_id)
        with self.work.database.transaction() as session:
            return list(session.scalars(found.order_by(PaymentAttempt.created_at, PaymentAttempt.id)))

    def story(self) -> list[tuple[str, str]]:
        """Kind and status of every attempt, oldest first."""
        return [(attempt.kind.value, attempt.status.value) for attempt in self.attempts()]

    def invoice(self) -> Invoice:
        """How it stands."""
        with self.work.database.transaction() as session:
            return get_invoice(session, self.invoice_id)

    def ask_page(self, **fields: object) -> Operation:
        """Ask for a page as the API does; how the command ended."""
        pages = {"success_url": "https://app.example/thanks", "cancel_url": "https://app.example/back"}
        return self.command(PayInvoice.model_validate({"invoice_id": self.invoice_id, **pages, **fields}))

    def command(self, command: Command) -> Operation:
        """Run a command as a worker does; how it ended."""
        with self.work.database.transaction() as session:
            row_id = stage_command(session, command.kind, command.model_dump(mode="json"), "test", str(uuid7()))
        return self.run(row_id)

    def run(self, operation_id: UUID) -> Operation:
        """Run a command that waits, due or not."""
        with self.work.database.transaction() as session:
            session.execute(update(Operation).where(Operation.id == operation_id).values(next_attempt_at=func.now()))
        run_command(self.work, operation_id)
        with self.work.database.transaction() as session:
            return session.get_one(Operation, operation_id)

    def open_page(self) -> str:
        """The address of a page that is open."""
        operation = self.ask_page()
        assert operation.state is WorkState.DONE, (operation.problem, operation.error)
        return str((operation.result or {})["checkout_url"])

    def hear(self) -> None:
        """What the gateway would tell by webhook of every page."""
        for attempt in self.attempts():
            fact = self.work.gateway("stripe").checkout.fetch_payment(checkout_ref=attempt.checkout_ref or "none")
            if fact is not None:
                with self.work.database.transaction() as session:
                    record_outcome(session, fact, self.work.wall())

    def saved_cards(self) -> int:
        """How many cards the gateway keeps of this customer."""
        listed = requests.get(
            f"{self.sandbox.address}/v1/customers/{self.customer_ref}/payment_methods",
            auth=(SANDBOX_STRIPE_KEY, ""),
            timeout=ANSWER_SECONDS,
        )
        return len(listed.json()["data"])

    def part_paid(self, minor: int) -> None:
        """A charge brought less than it was asked for."""
        self.intend()
        came = replace(answer(self.attempts()[-1], PaymentStatus.CAPTURED), amount_minor=minor)
        with self.work.database.transaction() as session:
            record_outcome(session, came, self.work.wall())

    def let_page_expire(self) -> None:
        """The page's time is over; we have not heard of it."""
        session = self.attempts()[-1].checkout_ref
        path = f"{self.sandbox.address}/v1/checkout/sessions/{session}/expire"
        requests.post(path, auth=(SANDBOX_STRIPE_KEY, ""), timeout=ANSWER_SECONDS).raise_for_status()

    def capture_late(self, attempt: PaymentAttempt) -> None:
        """The gateway says of a charge that failed that it went through after all."""
        with self.work.database.transaction() as session:
            record_outcome(session, answer(attempt, PaymentStatus.CAPTURED), self.work.wall())

    def kept(self) -> list[tuple[int, str]]:
        """What is kept of the account's receipts, each with the remark for whom it calls."""
        found = select(Receipt).where(Receipt.account_id == self.account_id).order_by(Receipt.id)
        with self.work.database.transaction() as session:
            return [(each.kept_minor, each.remark) for each in session.scalars(found) if each.kept_minor]

    def taken(self) -> list[int]:
        """What the sandbox took from this customer, in cents."""
        charges: list[dict[str, Any]] = self.sandbox.ledger()["charges"]
        return [each["amount"] for each in charges if each["customer"] == self.customer_ref]


class Starting(Owing):
    """A subscriber whose first payment of 99.00 was declined a moment ago."""

    def __init__(self, work: Work, sandbox: Sandbox) -> None:
        super().__init__(work, sandbox)
        sandbox.card_declines(self.card_ref, "insufficient_funds")
        wanted = CreateSubscription(account_id=self.account_id, plan=PlanChoice(plan="starter"))
        with work.database.transaction() as session:
            self.subscription_id = create_subscription(session, uuid7(), wanted, work.wall().at).id
            of_start = select(Invoice.id).where(Invoice.subscription_id == self.subscription_id)
            self.invoice_id = session.scalars(of_start).one()
        self.do("charge")

    def come_due(self, hours: int) -> SubscriptionStatus:
        """The cycle looks at it so many hours from now; how it stands then."""
        now = self.work.wall().at + timedelta(hours=hours)
        with self.work.database.transaction() as session:
            come_due(session, claim_due(session, Timeline(None, now), 10), now)
            return get_subscription(session, self.subscription_id).status


class Changing(Owing):
    """A subscriber of Starter whose change to Growth was declined a moment ago, and waits to be paid."""

    def __init__(self, work: Work, sandbox: Sandbox) -> None:
        super().__init__(work, sandbox)
        wanted = CreateSubscription(account_id=self.account_id, plan=PlanChoice(plan="starter"))
        with work.database.transaction() as session:
            began = work.wall().at - timedelta(days=1)
            self.subscription_id = create_subscription(session, uuid7(), wanted, began).id
        self.do("charge")
        sandbox.card_declines(self.card_ref, "insufficient_funds")
        self.command(ChangePlan(subscription_id=self.subscription_id, plan=PlanChoice(plan="growth")))
        with work.database.transaction() as session:
            of_change = select(Invoice.id).where(Invoice.reason == InvoiceReason.CHANGE)
            self.invoice_id = session.scalars(of_change.where(Invoice.account_id == self.account_id)).one()
        self.do("charge")

    def expire(self) -> int:
        """The sweep comes when the time of the change is over; how many it drops."""
        return do_due(self.work, CHANGE_EXPIRIES, Timeline(None, self.work.wall().at + timedelta(hours=24)))

    def plan(self) -> str:
        """The plan that runs."""
        with self.work.database.transaction() as session:
            return show_subscription(session, self.subscription_id).plan


class Dunned(Owing):
    """A subscriber whose renewal of 99.00 was declined a moment ago; the first month is paid."""

    def __init__(self, work: Work, sandbox: Sandbox, decline: str = "insufficient_funds") -> None:
        super().__init__(work, sandbox)
        began = work.wall().at - timedelta(days=32)
        wanted = CreateSubscription(account_id=self.account_id, plan=PlanChoice(plan="starter"))
        with work.database.transaction() as session:
            self.subscription_id = create_subscription(session, uuid7(), wanted, began).id
        self.do("charge")
        self.card_declines(decline)
        with work.database.transaction() as session:
            come_due(session, claim_due(session, Timeline(None, work.wall().at), 10), work.wall().at)
            of_renewal = select(Invoice.id).where(Invoice.reason == InvoiceReason.RENEWAL)
            self.invoice_id = session.scalars(of_renewal.where(Invoice.account_id == self.account_id)).one()
        self.do("charge")

    def card_declines(self, code: str | None) -> None:
        """From now on charging the card ends like this; None: it pays."""
        self.sandbox.card_declines(self.card_ref, code)

    def sweep(self, days: float) -> tuple[int, int]:
        """What is dunned, so many days from now: how many retries and ends."""
        timeline = Timeline(None, self.work.wall().at + timedelta(days=days))
        return tuple(do_due(self.work, duty, timeline) for duty in (RETRIES, DUNNING_ENDS))  # type: ignore[return-value]  # two

    def subscription(self) -> Subscription:
        """How it stands."""
        with self.work.database.transaction() as session:
            return get_subscription(session, self.subscription_id)

    def dunning(self) -> Dunning:
        """How it stands."""
        with self.work.database.transaction() as session:
            return session.get_one(Dunning, self.invoice_id)
