"""Somebody with a saved card at the sandbox who owes an invoice, and a hand that does what workers do about it."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from billing.accounts.open import open_account
from billing.invoices.queries import get_invoice
from billing.invoices.tables import Invoice
from billing.payments.cancel_under_way import cancel_under_way
from billing.payments.tables import PaymentAttempt
from database.ids import uuid7
from database.memory import WorkState
from database.outbox import OutboxEntry
from tasks import payments
from tests.billing.charges import give_card, intend, issue
from tests.billing.conftest import ADA
from tests.gateways.cards_there import save_there
from tests.gateways.sandbox_process import Sandbox
from workers.wiring import Work

TASKS = {"charge": payments.charge, "cancel_payment": payments.cancel}


class Owing:
    """One account and one issued invoice of 29.00."""

    def __init__(self, work: Work, sandbox: Sandbox, card: str = "pm_card_visa") -> None:
        self.work, self.sandbox = work, sandbox
        with work.database.transaction() as session:
            self.account_id = open_account(session, uuid7(), ADA)
        self.use_card(card)
        self.invoice_id = issue(work.database, self.account_id, work.wall().at)

    def use_card(self, card: str) -> None:
        """Save a card there and here; it is charged from now on, at once for what waits for another card."""
        fact = save_there(self.work.gateway("stripe").saved_methods, self.account_id, card)
        self.customer_ref = fact.customer_ref
        give_card(self.work.database, self.account_id, self.work.wall().at, fact)

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
        waiting = OutboxEntry.topic == topic, OutboxEntry.state == WorkState.READY
        with self.work.database.transaction() as session:
            session.execute(update(OutboxEntry).where(*waiting).values(next_attempt_at=func.now(), lease_until=None))
            ids = session.scalars(select(OutboxEntry.id).where(*waiting).order_by(OutboxEntry.id)).all()
        for row_id in ids:
            TASKS[topic](ids=[row_id])

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

    def taken(self) -> list[int]:
        """What the sandbox took from this customer, in cents."""
        charges: list[dict[str, Any]] = self.sandbox.ledger()["charges"]
        return [each["amount"] for each in charges if each["customer"] == self.customer_ref]
