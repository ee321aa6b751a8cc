"""Bill an account by hand: somebody says what for, and the customer pays it in whichever way they like."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.catalog.amount_rules import load_amount_rules
from billing.catalog.check_amount import check_greatest, check_step
from billing.catalog.plans import find_service
from billing.catalog.queries import get_package
from billing.errors import Rejected
from billing.invoices.compose import NewInvoice
from billing.invoices.draft import draft_invoice
from billing.invoices.issue import issue_invoice, number_invoice
from billing.invoices.rules import LineDraft, package_line
from billing.invoices.settle import settle_invoice
from billing.invoices.stage_receipt import UNSENT
from billing.invoices.tables import Invoice, InvoiceReason
from billing.ledger.post import post
from billing.manual_payments.choose import remember
from billing.money import AmountRule, Money
from billing.payment_methods.check_offered import check_offered
from billing.payment_methods.tables import ManualMethod
from billing.receipts.kept_money import use_kept
from billing.tax.queries import decide_tax
from database.outbox import stage


@dataclass(frozen=True, slots=True)
class BilledThing:
    """So many of a package, of a service, or of what costs `unit_minor`; words of the list unless there are others."""

    description: str
    quantity: int
    unit_minor: int | None = None
    package: str | None = None
    service: str | None = None


@dataclass(frozen=True, slots=True)
class BillByHand:
    """What is billed to whom, in how many days it is due, how it is to be paid if that is said, and if it is mailed."""

    account_id: UUID
    currency: str
    things: Sequence[BilledThing]
    due_days: int
    method: ManualMethod | None
    is_sent: bool
    cause: str


def bill_account(session: Session, wanted: BillByHand, now: datetime) -> Invoice:
    """Issue the invoice; what is kept for the account pays of it, and may pay it. `now` is the account's time.

    The amounts are such that a card could pay it as well. Raises Rejected `account_not_found`, `package_not_found`,
    `service_not_found`, `currency_differs`, `amount_too_fine`, `amount_too_large`, `method_not_offered` and
    `nothing_to_pay`. The database refuses a second invoice of the same cause (IntegrityError).
    """
    invoice = _draft(session, wanted, now)
    kept = use_kept(session, invoice, now, by_card=False)
    owed = issue_invoice(session, invoice, now + timedelta(days=wanted.due_days), now)
    post(session, [owed, *kept], now)
    if wanted.method is not None:
        remember(session, invoice.id, wanted.method)
    if invoice.left_minor:
        # the paper is mailed once it is rendered, unless it is not to be
        cause = f"invoice_pdf/{invoice.id}/issued"
        stage(session, "invoice_pdf", invoice.id, cause if wanted.is_sent else cause + UNSENT)
    number_invoice(session, invoice)
    if not invoice.left_minor:
        settle_invoice(session, invoice, now, now)
    session.flush()
    return invoice


def _draft(session: Session, wanted: BillByHand, now: datetime) -> Invoice:
    account = get_account(session, wanted.account_id)
    if wanted.method is not None:
        check_offered(session, account, wanted.method, wanted.currency)
    rule = load_amount_rules(session, wanted.currency).of(None, wanted.currency)
    lines = [_line(session, thing, wanted.currency, rule) for thing in wanted.things]
    tax = decide_tax(session, account.country, now.date())
    invoice = draft_invoice(session, NewInvoice(account.id, wanted.cause, InvoiceReason.MANUAL, lines, tax))
    if not invoice.total_minor:
        raise Rejected("nothing_to_pay", "This costs nothing; there is nothing to pay.")
    check_greatest(Money(invoice.total_minor, invoice.currency), rule)
    return invoice


def _line(session: Session, thing: BilledThing, currency: str, rule: AmountRule) -> LineDraft:
    if thing.package is not None:
        package = get_package(session, thing.package)
        if package.currency != currency:
            raise Rejected("currency_differs", f"{thing.package} is sold in {package.currency}.", status=409)
        sold = package_line(package, rule.step)
        text, unit, granted = sold.description, sold.unit, sold.credits
    elif thing.service is not None:
        terms = find_service(session, thing.service, currency)
        text, unit, granted = terms.service_name, terms.price, 0
    else:
        text, unit, granted = "", Money(thing.unit_minor or 0, currency), 0
        check_step(unit, rule)
    return LineDraft(thing.description or text, thing.quantity, unit, granted * thing.quantity, step=rule.step)
