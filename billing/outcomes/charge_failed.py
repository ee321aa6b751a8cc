"""What follows when a charge was declined: dunning, or the end of an automatic purchase."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.cards.queries import get_default_card
from billing.dunning.refuse import Refusal, refuse_invoice
from billing.dunning.retry import retry_invoice
from billing.invoices.tables import Invoice, InvoiceReason, InvoiceStatus
from billing.payments.tables import PaymentAttempt
from billing.top_ups.follow_payment import top_up_failed

# what a dunning has for a code when a part of the money came
PAID_IN_PART = "paid_in_part"


def charge_failed(session: Session, invoice: Invoice, attempt: PaymentAttempt, now: datetime) -> None:
    """Plan the next try or wait for another card, and tell the customer, once per attempt.

    If the customer has named another card by now, that is charged at once. `attempt` is over, bears the gateway's
    `failure_code` and is written. The caller holds the invoice's row lock; `now` is the account's own time.
    """
    if invoice.reason is InvoiceReason.TOP_UP:
        top_up_failed(session, invoice, attempt.failure_code, now)
        return
    refusal = Refusal(attempt.failure_code, f"payment_failed/{attempt.id}", _has_other_card(session, attempt))
    refuse_invoice(session, invoice, refusal, now)
    if refusal.has_other_card and invoice.status is InvoiceStatus.PENDING:
        retry_invoice(session, invoice, now)


def charge_fell_short(session: Session, invoice: Invoice, attempt: PaymentAttempt, now: datetime) -> None:
    """A charge brought less than was asked for: the rest is tried again by the plan. Conditions as above."""
    attempt.failure_code = PAID_IN_PART
    refuse_invoice(session, invoice, Refusal(PAID_IN_PART, f"payment_failed/{attempt.id}"), now)


def _has_other_card(session: Session, attempt: PaymentAttempt) -> bool:
    """Whether the customer has named another card while this one was being charged."""
    card = get_default_card(session, attempt.account_id)
    return card is not None and card.id != attempt.card_id
