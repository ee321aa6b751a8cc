"""Buy a package by what is saved, because the customer says so now."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.cards.queries import get_default_card
from billing.catalog.amount_rules import load_amount_rules
from billing.catalog.check_amount import check_charge
from billing.catalog.queries import get_package
from billing.errors import Rejected
from billing.invoices.compose import NewInvoice
from billing.invoices.draft import draft_invoice
from billing.invoices.rules import package_line
from billing.invoices.tables import InvoiceReason
from billing.money import Money
from billing.payment_methods.check_offered import check_offered
from billing.payments.intend_charge import intend_charge_of
from billing.payments.tables import PaymentAttempt
from billing.tax.queries import decide_tax


def buy_by_card(
    session: Session, account_id: UUID, slug: str, cause: str, now: datetime, shown_card_id: UUID | None = None
) -> PaymentAttempt:
    """Write the draft and the charge of the account's default card or wallet. `now` is the account's time.

    The draft is issued when it is paid, and void when the charge is declined: nobody is dunned for it. Raises Rejected
    `account_not_found`, `package_not_found`, `no_card`, `method_changed` where that is not the one that was shown,
    `method_not_offered`, `nothing_to_pay`, and what `check_charge` raises. The database refuses a second purchase of
    the same cause (IntegrityError).
    """
    account, package = get_account(session, account_id), get_package(session, slug)
    card = get_default_card(session, account_id)
    if card is None:
        raise Rejected("no_card", "The account has no card that could be charged.", status=409)
    if shown_card_id not in (None, card.id):
        detail = "Another card or wallet would be charged now than was shown: look at it again, and agree to that."
        raise Rejected("method_changed", detail, status=409)
    check_offered(session, account, card.gateway, package.currency)
    rule = load_amount_rules(session, package.currency).of(card.gateway, package.currency)
    tax = decide_tax(session, account.country, now.date())
    new = NewInvoice(account_id, cause, InvoiceReason.PURCHASE, [package_line(package, rule.step)], tax)
    invoice = draft_invoice(session, new)
    if not invoice.total_minor:
        raise Rejected("nothing_to_pay", "This package costs nothing; there is nothing to charge.")
    check_charge(Money(invoice.total_minor, invoice.currency), rule)
    return intend_charge_of(session, invoice, cause, card, slug)
