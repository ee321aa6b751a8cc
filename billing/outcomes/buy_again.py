"""Write a purchase again that the books have forgotten, under the ids that it had."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.clocks.wall import Wall
from billing.invoices.compose import NewInvoice
from billing.invoices.draft import draft_invoice
from billing.invoices.rules import LineDraft
from billing.invoices.tables import Invoice, InvoiceReason
from billing.outcomes.free_cause import free_cause
from billing.outcomes.record_outcome import record_outcome
from billing.payments.start_checkout import Page, freeze, page_lines
from billing.payments.tables import AttemptKind, AttemptStatus, PaymentAttempt
from billing.tax.queries import decide_tax
from billing.top_ups.row import month_in, recount_purchases
from schemas.facts.payments import MarkedPaymentFact


def buy_again(session: Session, account: Account, line: LineDraft, marked: MarkedPaymentFact, now: datetime) -> None:
    """Write its draft and its attempt, then what the gateway says of it: paid, it is issued and its credits granted.

    Its marks name the invoice and the attempt. An automatic purchase counts for the month that its cause names.
    """
    fact, marks = marked.payment, marked.marks
    month, cause = month_in(account.id, marks.cause), free_cause(session, Invoice.cause, marked)
    reason = InvoiceReason.PURCHASE if month is None else InvoiceReason.TOP_UP
    tax = decide_tax(session, account.country, now.date())
    invoice = draft_invoice(session, NewInvoice(account.id, cause, reason, [line], tax), UUID(marks.invoice_id))
    attempt = PaymentAttempt(
        id=UUID(fact.attempt_id),
        account_id=account.id,
        invoice_id=invoice.id,
        kind=AttemptKind.CHECKOUT if month is None else AttemptKind.CHARGE,
        cause=cause,
        gateway=fact.gateway,
        status=AttemptStatus.CREATED,
        amount_minor=invoice.total_minor,
        currency=invoice.currency,
    )
    if month is None:
        attempt.request = freeze(attempt, _page(session, account, invoice, marked), Wall(now))
    else:
        attempt.request = {"customer_ref": fact.customer_ref}  # a charge that is over is not sent again
    session.add(attempt)
    session.flush()
    record_outcome(session, fact, Wall(now))
    if month is not None:
        recount_purchases(session, account.id, month)


def _page(session: Session, account: Account, invoice: Invoice, marked: MarkedPaymentFact) -> Page:
    urls = "", ""  # where its customer is sent is forgotten; the page that is open knows
    again = {"package": marked.marks.package}
    return Page(page_lines(session, invoice), marked.payment.customer_ref, account.billing_email, *urls, marks=again)
