"""What a bill by hand is made of: its lines at the prices of now, and the tax of the country. Nothing is written."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.catalog.amount_rules import load_amount_rules
from billing.catalog.check_amount import check_greatest, check_step
from billing.catalog.plans import find_service
from billing.catalog.queries import get_package
from billing.errors import Rejected
from billing.invoices.compose import NewInvoice
from billing.invoices.rules import LineDraft, add_up, package_line
from billing.invoices.tables import InvoiceReason
from billing.manual_payments.wish import BillByHand, BilledThing
from billing.money import AmountRule, Money
from billing.payment_methods.check_offered import check_offered
from billing.tax.queries import decide_tax


def compose_bill(session: Session, wanted: BillByHand, now: datetime) -> NewInvoice:
    """The invoice as it would be drafted. `now` is the account's time.

    The amounts are such that a card could pay it as well. Raises Rejected `account_not_found`, `package_not_found`,
    `service_not_found`, `currency_differs`, `amount_too_fine`, `amount_too_large`, `method_not_offered`,
    `nothing_to_pay`, and `quote_stale` where it costs another sum than was shown.
    """
    account = get_account(session, wanted.account_id)
    if wanted.method is not None:
        check_offered(session, account, wanted.method, wanted.currency)
    rule = load_amount_rules(session, wanted.currency).of(None, wanted.currency)
    lines = [_line(session, thing, wanted.currency, rule) for thing in wanted.things]
    tax = decide_tax(session, account.country, now.date())
    _check(add_up(lines, tax).total, rule, wanted.shown_minor)
    return NewInvoice(account.id, wanted.cause, InvoiceReason.MANUAL, lines, tax)


def _check(total: Money, rule: AmountRule, shown_minor: int | None) -> None:
    if not total.minor:
        raise Rejected("nothing_to_pay", "This costs nothing; there is nothing to pay.")
    check_greatest(total, rule)
    if shown_minor not in (None, total.minor):
        detail = "What was shown is not what this costs now: look at the total again, and agree to that."
        raise Rejected("quote_stale", detail, status=409)


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
