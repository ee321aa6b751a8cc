"""Set an automatic top-up."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.cards.check_card_offered import check_card_offered
from billing.cards.queries import rule_for
from billing.catalog.check_amount import check_greatest, check_step
from billing.catalog.queries import get_package
from billing.catalog.rules import price_of
from billing.money import Money
from billing.top_ups.buy import on_offer
from billing.top_ups.queries import month_of
from billing.top_ups.row import count_purchases, lock_top_up
from billing.top_ups.start import start_due_top_up
from billing.top_ups.tables import AutoTopUp
from database.rows import insert_unless_known


def set_top_up(
    session: Session, account_id: UUID, package: str, top_up_below: int, monthly_max: int, now: datetime
) -> None:
    """From now on buy this package when the balance is below a number, at most so often in a month (UTC).

    Starts a stopped one anew, and buys at once when the balance is that low. A purchase under way goes on, and those of
    this month count. Raises Rejected `account_not_found`, `package_not_found`, `nothing_to_pay`, `method_not_offered`,
    `amount_too_large` or `amount_too_fine`.
    """
    account, offered = get_account(session, account_id), on_offer(get_package(session, package))
    check_card_offered(session, account, offered.currency)
    _check_price(session, account_id, price_of(offered))
    package_id = offered.id
    limits = {"package_id": package_id, "top_up_below": top_up_below, "monthly_max": monthly_max}
    insert_unless_known(session, AutoTopUp, {"account_id": account_id, **limits})
    top_up = lock_top_up(session, AutoTopUp.account_id == account_id)
    if top_up is None:
        raise LookupError(f"the automatic top-up of account {account_id} was there a moment ago")
    top_up.package_id, top_up.top_up_below, top_up.monthly_max = package_id, top_up_below, monthly_max
    top_up.stopped_at, top_up.stop_code = None, ""
    count_purchases(session, top_up, month_of(now))
    session.flush()
    start_due_top_up(session, account_id, now)


def _check_price(session: Session, account_id: UUID, price: Money) -> None:
    """Nobody is there when it is bought: what no gateway charges is refused now. Too little is carried over."""
    rule = rule_for(session, account_id, price.currency)
    check_step(price, rule)
    check_greatest(price, rule)
