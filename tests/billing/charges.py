"""An issued invoice, a card and the charge of it, as renewals make them, for tests of the books and of the workers."""

from datetime import datetime
from uuid import UUID

from billing.invoices.compose import NewInvoice
from billing.invoices.draft import draft_invoice
from billing.invoices.issue import issue_invoice, number_invoice
from billing.invoices.queries import get_invoice
from billing.invoices.rules import LineDraft
from billing.invoices.tables import InvoiceReason
from billing.ledger.post import post
from billing.money import Money
from billing.outcomes.save_card import save_card
from billing.payments.intend_charge import intend_charge
from billing.payments.tables import PaymentAttempt
from billing.tax.decision import NO_TAX
from database.engine import Database
from database.ids import uuid7
from schemas.facts.customers import CardFact
from schemas.facts.payments import PaymentFact, PaymentStatus


def card(ref: str = "pm_card_visa", customer_ref: str = "cus_ada", exp_year: int = 2030) -> CardFact:
    """A card as the gateway has it."""
    return CardFact("stripe", ref, customer_ref, "visa", "4242", 12, exp_year)


def give_card(database: Database, account_id: UUID, now: datetime, fact: CardFact | None = None) -> UUID:
    """A saved card that is charged from now on."""
    with database.transaction() as session:
        return save_card(session, account_id, fact or card(), now, chosen_at=now)


def issue(database: Database, account_id: UUID, now: datetime, minor: int = 2_900) -> UUID:
    """An issued invoice with a number, not paid yet."""
    with database.transaction() as session:
        line = LineDraft("Starter", 1, Money(minor, "USD"), credits=100)
        invoice = draft_invoice(
            session, NewInvoice(account_id, f"test/{uuid7()}", InvoiceReason.PURCHASE, [line], NO_TAX)
        )
        post(session, [issue_invoice(session, invoice, due_at=now, now=now)], now)
        number_invoice(session, invoice)
        return invoice.id


def intend(database: Database, invoice_id: UUID, now: datetime) -> PaymentAttempt:
    """The intention to charge the default card."""
    with database.transaction() as session:
        attempt = intend_charge(session, get_invoice(session, invoice_id), f"test/{uuid7()}", now)
        assert attempt is not None
        return attempt


def answer(
    attempt: PaymentAttempt, status: PaymentStatus, *, failure_code: str = "", paid_at: datetime | None = None
) -> PaymentFact:
    """What the gateway says about a charge."""
    return PaymentFact(
        gateway="stripe",
        attempt_id=str(attempt.id),
        checkout_ref="",
        payment_ref=f"pi_{attempt.id.hex}",
        charge_ref=f"ch_{attempt.id.hex}",
        customer_ref=attempt.request["customer_ref"],
        status=status,
        amount_minor=attempt.amount_minor,
        currency=attempt.currency,
        paid_at=paid_at,
        failure_code=failure_code,
    )
