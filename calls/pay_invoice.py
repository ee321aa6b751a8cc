"""Let the customer pay an invoice in person, on a hosted page."""

from billing.commands.verb import cause_of
from billing.errors import Rejected, Unavailable
from billing.invoices.queries import get_invoice
from billing.invoices.tables import Invoice
from billing.outcomes.record_outcome import record_outcome
from billing.payments.drop_attempt import drop_attempt
from billing.payments.intend_page import check_payable, intend_page
from billing.payments.start_checkout import thaw, view_opened
from billing.payments.tables import AttemptKind, PaymentAttempt
from calls.cancel_payment import cancel_payment
from calls.open_page import open_page
from database.operations import Operation
from gateways.gateway import Capability
from schemas.commands.payments import PayInvoice
from schemas.facts.payments import PaymentStatus
from workers.claims import Act
from workers.wiring import Work

# Each time one thing was in the way and has ended. More are begun in so short a time by nobody but a busy program.
WAYS_MADE_MAX = 3


def pay_invoice(work: Work, operation: Operation, command: PayInvoice) -> Act:
    """Claim: the attempt, frozen. Call: what is under way ends, then the page opens. Record: its address.

    While a page is open, that is the one, unless another gateway is named. Where a gateway wrote the invoice, it is
    the gateway's own page of it.
    """
    with work.database.transaction() as session:
        invoice = get_invoice(session, command.invoice_id)
        check_payable(invoice)
    if invoice.gateway:
        return _page_of_its_gateway(work, invoice, command.gateway)
    gateway, cause = work.choose(Capability.CHECKOUT, command.gateway), cause_of(operation)
    gateway.require(Capability.CHECKOUT)
    for _ in range(WAYS_MADE_MAX):
        with work.database.transaction() as session:
            attempt = intend_page(session, cause, command, gateway.name, work.wall())
        if attempt.cause == cause:
            return open_page(work, gateway, operation, thaw(attempt.request))
        is_there = command.gateway in (None, attempt.gateway) and attempt.amount_minor == invoice.left_minor
        if is_there and _is_open(work, attempt):
            return lambda session: view_opened(attempt)
        _make_way(work, attempt)
    raise Unavailable("something else is under way for the invoice")


def _is_open(work: Work, attempt: PaymentAttempt) -> bool:
    """Whether it is a page where the customer can pay. Raises Rejected `payment_under_way` where they have agreed."""
    if attempt.kind is not AttemptKind.PAGE or not attempt.checkout_ref:
        return False
    payment = work.gateway(attempt.gateway).checkout.fetch_payment(checkout_ref=attempt.checkout_ref)
    if payment is not None and payment.status is PaymentStatus.APPROVED:
        with work.database.transaction() as session:
            record_outcome(session, payment, work.wall())
        raise _under_way()
    return payment is not None and payment.page_url != ""


def _make_way(work: Work, attempt: PaymentAttempt) -> None:
    """End it at its gateway, and record what became of it. Raises Unavailable while that is not known.

    Raises Rejected `payment_under_way` while it is being processed.
    """
    fact = cancel_payment(work, attempt.id)
    if fact is None:
        return
    if fact.status is PaymentStatus.PENDING:
        raise _under_way()
    with work.database.transaction() as session:
        if fact.status is PaymentStatus.EXPIRED:
            # nobody is to charge the card now: the page takes its place
            drop_attempt(session, attempt.id)
        else:
            record_outcome(session, fact, work.wall())


def _under_way() -> Rejected:
    return Rejected("payment_under_way", "A payment is being processed; ask again when its outcome is known.", 409)


def _page_of_its_gateway(work: Work, invoice: Invoice, wanted: str | None) -> Act:
    if wanted not in (None, invoice.gateway):
        raise Rejected("no_page", f"This invoice is paid at {invoice.gateway}, which wrote it.", status=409)
    there = work.gateway(invoice.gateway).subscriptions.fetch_invoice(invoice.invoice_ref)
    if there is None or not there.page_url:
        raise Rejected("no_page", "The gateway that wrote the invoice has no page for it.", status=409)
    return lambda session: {
        "checkout_url": there.page_url,
        "checkout_ref": there.invoice_ref,
        "payment_attempt_id": None,
        "invoice_id": str(invoice.id),
        "total_minor": there.due_minor,
        "currency": there.currency,
    }
