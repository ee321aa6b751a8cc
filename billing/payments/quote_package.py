"""What a credit package costs an account, by the rules that will bill it; nothing is written."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.catalog.amount_rules import load_amount_rules
from billing.catalog.tables import CreditPackage
from billing.errors import Rejected
from billing.invoices.rules import Totals, add_up, package_line
from billing.tax.queries import decide_tax


def quote_package(
    session: Session, account: Account, package: CreditPackage, gateway: str | None, now: datetime
) -> Totals:
    """With the tax of the account's country on the day of `now`; past every gateway without one."""
    step = load_amount_rules(session, package.currency).of(gateway, package.currency).step
    return add_up([package_line(package, step)], decide_tax(session, account.country, now.date()))


def check_shown(total_minor: int, shown_minor: int | None) -> None:
    """Raises Rejected `quote_stale` unless it is what was shown, if anything was."""
    if shown_minor not in (None, total_minor):
        detail = "What was shown is not what the package costs now: look at its price again, and agree to that."
        raise Rejected("quote_stale", detail, status=409)
