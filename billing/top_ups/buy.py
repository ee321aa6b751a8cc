"""Buy a package by the default card, by itself.

As with a checkout, the invoice stays a draft until the money is there: a declined card leaves no gap in the numbers
and nothing that is owed.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.cards.queries import rule_for
from billing.catalog.rules import price_of
from billing.catalog.tables import CreditPackage
from billing.errors import Rejected
from billing.invoices.compose import NewInvoice
from billing.invoices.draft import draft_invoice
from billing.invoices.issue import issue_invoice, number_invoice
from billing.invoices.rules import package_line
from billing.invoices.settle import settle_invoice
from billing.invoices.tables import Invoice, InvoiceReason
from billing.ledger.post import post
from billing.payments.intend_charge import intend_charge
from billing.receipts.kept_money import use_kept
from billing.receipts.queries import kept_for
from billing.tax.queries import decide_tax
from billing.top_ups.queries import month_of
from billing.top_ups.row import cause_of_month, purchases_of
from billing.top_ups.tables import AutoTopUp


def buy_package(session: Session, top_up: AutoTopUp, now: datetime) -> Invoice:
    """Write the draft and the charge of the next purchase. Raises Rejected for what cannot be bought.

    What is too small to be charged is issued at once, to be carried over or asked for with what was before; and so is
    what comes after it.
    """
    account = get_account(session, top_up.account_id)
    package = on_offer(session.get_one(CreditPackage, top_up.package_id))
    month = month_of(now)
    last, _ = purchases_of(session, account.id, month)
    cause = f"{cause_of_month(account.id, month)}{last + 1}"
    tax = decide_tax(session, account.country, now.date())
    rule = rule_for(session, account.id, package.currency)
    lines = [package_line(package, rule.step)]
    invoice = draft_invoice(session, NewInvoice(account.id, cause, InvoiceReason.TOP_UP, lines, tax))
    if invoice.total_minor < rule.least or kept_for(session, account.id, invoice.currency).minor < 0:
        _issue(session, invoice, now)
    if invoice.left_minor and intend_charge(session, invoice, cause, now, package.slug) is None:
        raise Rejected("no_card", "The account has no card that could be charged.", status=409)
    return invoice


def _issue(session: Session, invoice: Invoice, now: datetime) -> None:
    movements = [issue_invoice(session, invoice, now, now), *use_kept(session, invoice, now, by_card=True)]
    post(session, movements, now)
    number_invoice(session, invoice)
    if not invoice.left_minor:
        settle_invoice(session, invoice, now, now)
    session.flush()


def on_offer(package: CreditPackage) -> CreditPackage:
    """The package itself; raises Rejected `package_not_found` or `nothing_to_pay`."""
    if not package.active:
        raise Rejected("package_not_found", f"The credit package {package.slug!r} is no longer on offer.", status=404)
    if price_of(package).minor == 0:
        raise Rejected("nothing_to_pay", "This package costs nothing; there is nothing to charge.")
    return package
