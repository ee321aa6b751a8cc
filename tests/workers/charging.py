"""Invoices of customers with a card at the sandbox, and a hand that charges them."""

from uuid import UUID

from sqlalchemy import func, select, update

from billing.accounts.open import open_account
from billing.credit_notes.void_invoice import void_issued
from billing.invoices.tables import Invoice
from billing.payments.tables import PaymentAttempt
from database.engine import Database
from database.ids import uuid7
from database.outbox import OutboxEntry
from tasks import payments
from tests.billing.charges import give_card, intend, issue
from tests.billing.conftest import ADA
from tests.gateways.cards_there import save_there
from tests.gateways.sandbox_process import Sandbox
from workers.wiring import Work

LOST, STORED = "answer_lost", "500"


INTENTS = {"method": "POST", "path": "/v1/payment_intents"}


def customer(work: Work, card_ref: str = "pm_card_visa") -> UUID:
    """An account with a saved card at the sandbox."""
    with work.database.transaction() as session:
        account_id = open_account(session, uuid7(), ADA)
    fact = save_there(work.gateway("stripe").saved_methods, account_id, card_ref)
    give_card(work.database, account_id, work.wall().at, fact)
    return account_id


def owe(work: Work, account_id: UUID, minor: int = 2_900) -> PaymentAttempt:
    """An issued invoice that is to be charged."""
    return intend(work.database, issue(work.database, account_id, work.wall().at, minor), work.wall().at)


def void(work: Work) -> None:
    """The only invoice there is."""
    with work.database.transaction() as session:
        void_issued(session, session.scalars(select(Invoice)).one(), work.wall().at)


def charge(work: Work) -> None:
    """Ring for everything there is to charge, due or not."""
    with work.database.transaction() as session:
        session.execute(update(OutboxEntry).values(next_attempt_at=func.now(), lease_until=None))
        ids = session.scalars(select(OutboxEntry.id).where(OutboxEntry.topic == "charge")).all()
    payments.charge(ids=list(ids))


def attempt_of(database: Database, attempt_id: UUID) -> PaymentAttempt:
    with database.transaction() as session:
        return session.get_one(PaymentAttempt, attempt_id)


def row_of(database: Database, attempt_id: UUID) -> OutboxEntry:
    with database.transaction() as session:
        found = select(OutboxEntry).where(OutboxEntry.topic == "charge", OutboxEntry.subject_id == attempt_id)
        return session.scalars(found).one()


def taken(sandbox: Sandbox, attempt: PaymentAttempt) -> list[int]:
    """What the sandbox took from the customer of this charge."""
    charges = sandbox.ledger()["charges"]
    return [each["amount"] for each in charges if each["customer"] == attempt.request["customer_ref"]]
