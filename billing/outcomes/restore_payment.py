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
from billing.invoices.rules import LineDraft, package_line
from billing.invoices.tables import Invoice
from billing.ledger.post import post
from billing.money import Money
from billing.outcomes.buy_again import buy_again
from billing.outcomes.pay_again import pay_again
from billing.payments.queries import as_uuid
from billing.payments.tables import PaymentAttempt
from billing.receipts.queries import booked_among
from billing.receipts.receive import capture_of, receive
from billing.receipts.tables import ReceiptRemark
from billing.receipts.write import write_receipts
from billing.top_ups.row import month_in
from schemas.facts.payments import MarkedPaymentFact, PaymentStatus


class Restored(StrEnum):
    """What became of a payment that the gateway knows."""

    KNOWN = "known"  # it is in the books
    NOTHING = "nothing"  # nothing was paid; of what still may be, the event is parked until this is asked again
    PURCHASE = "purchase"  # what was bought is bought again: the same attempt, the same invoice
    INVOICE = "invoice"  # it pays the invoice that it paid, which the books still have
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

    What paid an invoice that is in the books pays it now: otherwise it would be asked for again. A purchase is done
    again, and paid if it was; an automatic one only if it was. Of any other payment the money is kept for the account,
    whose next invoices it pays: what it was asked for the calendar will ask for again.
    """
    fact = marked.payment
    if not is_forgotten(session, marked):
        return Restored.KNOWN
    if fact.status in OVER:
        return Restored.NOTHING
    account_id = as_uuid(marked.marks.account_id)
    account = session.get(Account, account_id) if account_id is not None else None
    if account is None:
        return Restored.ACCOUNT_UNKNOWN
    is_captured, invoice = fact.status is PaymentStatus.CAPTURED, _known_invoice(session, account, marked)
    if invoice is not None:
        return _pay(session, invoice, marked, booked_at) if is_captured else Restored.NOTHING
    line = _bought(session, marked)
    if line is not None and (is_captured or month_in(account.id, marked.marks.cause) is None):
        buy_again(session, account, line, marked, booked_at)
        return Restored.PURCHASE
    if not is_captured:
        return Restored.NOTHING
    _keep(session, account.id, marked, booked_at)
    return Restored.KEPT


def _known_invoice(session: Session, account: Account, marked: MarkedPaymentFact) -> Invoice | None:
    invoice_id = as_uuid(marked.marks.invoice_id)
    invoice = session.get(Invoice, invoice_id) if invoice_id is not None else None
    is_its_own = invoice is not None and invoice.account_id == account.id
    return invoice if is_its_own and as_uuid(marked.payment.attempt_id) is not None else None


def _pay(session: Session, invoice: Invoice, marked: MarkedPaymentFact, booked_at: datetime) -> Restored:
    pay_again(session, invoice, marked, Wall(booked_at))
    return Restored.INVOICE


def _bought(session: Session, marked: MarkedPaymentFact) -> LineDraft | None:
    """At its present price. What was paid at another one buys it when it is enough, and is kept when it is not."""
    gateway, marks = marked.payment.gateway, marked.marks
    if as_uuid(marked.payment.attempt_id) is None or as_uuid(marks.invoice_id) is None:
        return None
    try:
        package = get_package(session, marks.package)
    except Rejected:
        return None
    return package_line(package, load_amount_rules(session, package.currency).of(gateway, package.currency).step)


def _keep(session: Session, account_id: UUID, marked: MarkedPaymentFact, booked_at: datetime) -> None:
    fact = marked.payment
    amount = Money(fact.amount_minor, fact.currency)
    received = capture_of(account_id, None, fact.gateway, fact.payment_ref, amount, booked_at)
    kept = receive(received, None, remark=ReceiptRemark.RESTORED)
    post(session, [kept.movement], booked_at)
    write_receipts(session, [kept])
