"""Start a hosted checkout for a credit package: write the intention, and later what the gateway answered."""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.accounts.queries import get_account, get_customer_ref
from billing.catalog.amount_rules import load_amount_rules
from billing.catalog.check_amount import check_charge
from billing.catalog.queries import get_package
from billing.clocks.timelines import now_of
from billing.clocks.wall import Wall
from billing.errors import Rejected
from billing.invoices.compose import NewInvoice
from billing.invoices.draft import draft_invoice
from billing.invoices.queries import list_lines
from billing.invoices.rules import package_line
from billing.invoices.tables import Invoice, InvoiceReason
from billing.money import Money
from billing.payment_methods.check_offered import check_offered
from billing.payments.states import move
from billing.payments.tables import AttemptKind, AttemptStatus, PaymentAttempt
from billing.tax.queries import decide_tax
from database.ids import uuid7
from schemas.commands.payments import StartCreditCheckout
from schemas.facts.payments import CheckoutFact, CheckoutRequest, PaymentMarks

# Stripe ends a session at most 24 hours after it was opened; an hour is left for slow retries of the opening itself.
CHECKOUT_LIFETIME = timedelta(hours=23)
# A webhook usually takes seconds; a payment still open after this long is asked about.
LOOK_UP_AFTER = timedelta(minutes=15)


def intend_checkout(
    session: Session, operation_id: UUID, command: StartCreditCheckout, gateway: str, wall: Wall
) -> CheckoutRequest:
    """Write the draft invoice and the payment attempt; a repeat of the operation returns the same frozen request.

    The page ends by the wall clock, where the gateway lives; the tax is that of the account's own day.

    Raises Rejected `account_not_found`, `package_not_found`, `method_not_offered`, `nothing_to_pay`, or what
    `check_charge` raises.
    """
    cause = f"operation/{operation_id}"
    attempt = session.scalar(select(PaymentAttempt).where(PaymentAttempt.cause == cause))
    if attempt is None:
        attempt = _write_intention(session, cause, command, gateway, wall)
    return thaw(attempt.request)


def record_opened(session: Session, attempt_id: UUID, checkout: CheckoutFact, wall: Wall) -> dict[str, Any]:
    """Write what the gateway answered and return the operation's result. Never moves an attempt backwards."""
    attempt = session.get_one(PaymentAttempt, attempt_id, with_for_update=True)
    attempt.checkout_ref = attempt.checkout_ref or checkout.checkout_ref
    attempt.checkout_url = attempt.checkout_url or checkout.url
    if attempt.status in (AttemptStatus.CREATED, AttemptStatus.UNKNOWN):
        move(attempt, AttemptStatus.PENDING)
        attempt.look_up_at = wall.at + LOOK_UP_AFTER
    return view_opened(attempt)


def view_opened(attempt: PaymentAttempt) -> dict[str, Any]:
    """A page that is open, as the result of the operation that asked for one."""
    return {
        "checkout_url": attempt.checkout_url,
        "checkout_ref": attempt.checkout_ref,
        "payment_attempt_id": str(attempt.id),
        "invoice_id": str(attempt.invoice_id),
        "total_minor": attempt.amount_minor,
        "currency": attempt.currency,
    }


def record_no_answer(session: Session, attempt_id: UUID) -> None:
    """The gateway may have acted: the attempt is unknown until it has been asked again under the same key."""
    attempt = session.get_one(PaymentAttempt, attempt_id, with_for_update=True)
    if attempt.status is AttemptStatus.CREATED:
        move(attempt, AttemptStatus.UNKNOWN)


def _write_intention(
    session: Session, cause: str, command: StartCreditCheckout, gateway: str, wall: Wall
) -> PaymentAttempt:
    account = get_account(session, command.account_id)
    package = get_package(session, command.package)
    check_offered(session, account, gateway, package.currency)
    rule = load_amount_rules(session, package.currency).of(gateway, package.currency)
    line = package_line(package, rule.step)
    tax = decide_tax(session, account.country, now_of(session, account.id, wall).date())
    invoice = draft_invoice(session, NewInvoice(account.id, cause, InvoiceReason.PURCHASE, [line], tax))
    total = Money(invoice.total_minor, invoice.currency)
    if total.minor == 0:
        raise Rejected("nothing_to_pay", "This package costs nothing; there is nothing to check out.")
    check_charge(total, rule)
    customer_ref = get_customer_ref(session, account.id, gateway)
    urls = command.success_url, command.cancel_url
    marks = {"package": command.package}
    page = Page(page_lines(session, invoice), customer_ref, account.billing_email, *urls, marks=marks)
    attempt = attempt_on_page(invoice, AttemptKind.CHECKOUT, cause, gateway, page, wall)
    session.add(attempt)
    session.flush()
    return attempt


def page_lines(session: Session, invoice: Invoice) -> list[list[Any]]:
    """An invoice as its page is to show it."""
    lines: list[list[Any]] = [
        [line.description, line.quantity, line.unit_minor] for line in list_lines(session, invoice.id)
    ]
    return [*lines, ["Tax", 1, invoice.tax_minor]] if invoice.tax_minor else lines


@dataclass(frozen=True, slots=True)
class Page:
    """What a page is to show, and to whom; `lines` as in `CheckoutRequest`, `marks` beside those of every attempt."""

    lines: list[list[Any]]
    customer_ref: str
    customer_email: str
    success_url: str
    cancel_url: str
    saves_method: bool = False
    marks: dict[str, str] = field(default_factory=dict)


def attempt_on_page(
    invoice: Invoice, kind: AttemptKind, cause: str, gateway: str, page: Page, wall: Wall
) -> PaymentAttempt:
    """The attempt to be paid what is left of an invoice on a page, its request frozen; the caller adds it."""
    attempt = PaymentAttempt(
        id=uuid7(),
        account_id=invoice.account_id,
        invoice_id=invoice.id,
        kind=kind,
        cause=cause,
        gateway=gateway,
        status=AttemptStatus.CREATED,
        amount_minor=invoice.left_minor,
        currency=invoice.currency,
        look_up_at=wall.at + CHECKOUT_LIFETIME + LOOK_UP_AFTER,
    )
    attempt.request = freeze(attempt, page, wall)
    return attempt


def freeze(attempt: PaymentAttempt, page: Page, wall: Wall) -> dict[str, Any]:
    """The frozen parameters of the call, as JSON: a repeat under the same key carries the same to the letter."""
    return {
        "attempt_id": str(attempt.id),
        "idempotency_key": f"cashbeat/checkout/{attempt.id}",
        "currency": attempt.currency,
        "expires_at": (wall.at + CHECKOUT_LIFETIME).isoformat(),
        **asdict(page),
        "marks": {
            "account_id": str(attempt.account_id),
            "invoice_id": str(attempt.invoice_id),
            "cause": attempt.cause,
            **page.marks,
        },
    }


def thaw(request: dict[str, Any]) -> CheckoutRequest:
    """The frozen parameters of an attempt as the gateway takes them."""
    lines = tuple((description, quantity, unit_minor) for description, quantity, unit_minor in request["lines"])
    marks, expires_at = PaymentMarks(**request.get("marks", {})), datetime.fromisoformat(request["expires_at"])
    return CheckoutRequest(**{**request, "lines": lines, "marks": marks, "expires_at": expires_at})
