"""Write a payment into books that have forgotten it, as after a restore from a backup."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.catalog.amount_rules import load_amount_rules
from billing.catalog.queries import get_package
from billing.clocks.wall import Wall
from billing.errors import Rejected
from billing.invoices.compose import NewInvoice
from billing.invoices.draft import draft_invoice
from billing.invoices.rules import LineDraft, package_line
from billing.invoices.tables import InvoiceReason
from billing.ledger.post import post
from billing.money import Money
from billing.outcomes.record_outcome import record_outcome
from billing.payments.queries import as_uuid
from billing.payments.start_checkout import Page, freeze, page_lines
from billing.payments.tables import AttemptStatus, PaymentAttempt
from billing.receipts.queries import booked_among
from billing.receipts.receive import capture_of, receive
from billing.receipts.tables import ReceiptRemark
from billing.receipts.write import write_receipts
from billing.tax.queries import decide_tax
from schemas.facts.payments import MarkedPaymentFact, PaymentStatus


class Restored(StrEnum):
    """What became of a payment that the gateway knows."""

    KNOWN = "known"  # it is in the books
    NOTHING = "nothing"  # nothing was paid, and nothing can be any more
    PURCHASE = "purchase"  # what was bought is bought again: the same attempt, the same invoice
    KEPT = "kept"  # the money is booked and kept for the account
    ACCOUNT_UNKNOWN = "account_unknown"  # nobody knows whose it is: its events are parked


OVER = frozenset({PaymentStatus.FAILED, PaymentStatus.EXPIRED})


def is_forgotten(session: Session, marked: MarkedPaymentFact) -> bool:
    """Whether the books know neither the attempt nor its money."""
    fact, attempt_id = marked.payment, as_uuid(marked.payment.attempt_id)
    if attempt_id is not None and session.get(PaymentAttempt, attempt_id) is not None:
        return False
    return not (fact.payment_ref and booked_among(session, {(fact.gateway, fact.payment_ref)}))


def restore_payment(session: Session, marked: MarkedPaymentFact, booked_at: datetime) -> Restored:
    """Write it under the ids that it had; a second call changes nothing. `booked_at` is when it was in the books first.

    A purchase is done again, and paid if it was. Of any other payment the money is kept for the account, whose next
    invoices it pays: what it was asked for the calendar will ask for again.
    """
    fact, attempt_id = marked.payment, as_uuid(marked.payment.attempt_id)
    if not is_forgotten(session, marked):
        return Restored.KNOWN
    if fact.status in OVER:
        return Restored.NOTHING
    account_id = as_uuid(marked.marks.account_id)
    account = session.get(Account, account_id) if account_id is not None else None
    if account is None:
        return Restored.ACCOUNT_UNKNOWN
    line, invoice_id = _bought(session, fact.gateway, marked.marks.package), as_uuid(marked.marks.invoice_id)
    if attempt_id is not None and invoice_id is not None and line is not None:
        _buy_again(session, account, (attempt_id, invoice_id), line, marked, booked_at)
        return Restored.PURCHASE
    if fact.status is not PaymentStatus.CAPTURED:
        return Restored.NOTHING
    _keep(session, account.id, marked, booked_at)
    return Restored.KEPT


def _bought(session: Session, gateway: str, slug: str) -> LineDraft | None:
    """At its present price. What was paid at another one buys it when it is enough, and is kept when it is not."""
    try:
        package = get_package(session, slug)
    except Rejected:
        return None
    return package_line(package, load_amount_rules(session, package.currency).of(gateway, package.currency).step)


def _buy_again(
    session: Session,
    account: Account,
    ids: tuple[UUID, UUID],
    line: LineDraft,
    marked: MarkedPaymentFact,
    booked_at: datetime,
) -> None:
    (attempt_id, invoice_id), fact, marks = ids, marked.payment, marked.marks
    cause = marks.cause or f"restored/{attempt_id}"
    tax = decide_tax(session, account.country, booked_at.date())
    new = NewInvoice(account.id, cause, InvoiceReason.PURCHASE, [line], tax)
    invoice = draft_invoice(session, new, invoice_id)
    attempt = PaymentAttempt(
        id=attempt_id,
        account_id=account.id,
        invoice_id=invoice.id,
        cause=cause,
        gateway=fact.gateway,
        status=AttemptStatus.CREATED,
        amount_minor=invoice.total_minor,
        currency=invoice.currency,
    )
    urls = "", ""  # where its customer is sent is forgotten; the page that is open knows
    marked_again = {"package": marks.package}
    page = Page(page_lines(session, invoice), fact.customer_ref, account.billing_email, *urls, marks=marked_again)
    attempt.request = freeze(attempt, page, Wall(booked_at))
    session.add(attempt)
    session.flush()
    record_outcome(session, fact, Wall(booked_at))


def _keep(session: Session, account_id: UUID, marked: MarkedPaymentFact, booked_at: datetime) -> None:
    fact = marked.payment
    amount = Money(fact.amount_minor, fact.currency)
    received = capture_of(account_id, None, fact.gateway, fact.payment_ref, amount, booked_at)
    kept = receive(received, None, remark=ReceiptRemark.RESTORED)
    post(session, [kept.movement], booked_at)
    write_receipts(session, [kept])
