"""What follows when a charge was declined: another card, dunning, or the end of an automatic purchase."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.dunning.candidates import find_candidates
from billing.dunning.refuse import Refusal, refuse_invoice
from billing.dunning.retry import retry_invoice
from billing.invoices.tables import Invoice, InvoiceReason, InvoiceStatus
from billing.invoices.void import void_draft
from billing.outcomes.charge_substitute import charge_substitute
from billing.outcomes.top_up_unpaid import top_up_unpaid
from billing.payments.tables import PaymentAttempt

# what a dunning has for a code when a part of the money came
PAID_IN_PART = "paid_in_part"


def charge_failed(session: Session, invoice: Invoice, attempt: PaymentAttempt, now: datetime) -> None:
    """Plan the next try or wait for another card, and tell the customer, once per attempt.

    A renewal is charged to the account's next card first, and the customer is told when all were refused. If the
    customer has named another card by now, that is charged at once. `attempt` is over, bears the gateway's
    `failure_code` and is written. The caller holds the invoice's row lock; `now` is the account's own time.
    """
    if invoice.reason is InvoiceReason.TOP_UP:
        top_up_unpaid(session, invoice, attempt, now)
        return
    if invoice.status is InvoiceStatus.DRAFT:
        void_draft(invoice, now)  # a purchase that its buyer sees fail, and makes again or not
        return
    candidates = find_candidates(session, invoice)
    if charge_substitute(session, invoice, candidates, now):
        return
    is_named = candidates.at_once() is not None
    code = candidates.code(attempt.failure_code)
    refuse_invoice(session, invoice, Refusal(code, f"payment_failed/{attempt.id}", has_other_card=is_named), now)
    if is_named and invoice.status is InvoiceStatus.PENDING:
        retry_invoice(session, invoice, now)


def charge_fell_short(session: Session, invoice: Invoice, attempt: PaymentAttempt, now: datetime) -> None:
    """A charge brought less than was asked for: the rest is tried again by the plan. Conditions as above."""
    attempt.failure_code = PAID_IN_PART
    refuse_invoice(session, invoice, Refusal(PAID_IN_PART, f"payment_failed/{attempt.id}"), now)
