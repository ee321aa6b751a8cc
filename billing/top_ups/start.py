"""Start the purchase of an automatic top-up when one is due."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import inactive_among
from billing.clocks.duty import OneByOne
from billing.credits.queries import view_balance
from billing.errors import Rejected
from billing.top_ups.buy import buy_package
from billing.top_ups.queries import due_top_ups, is_renewing, may_begin, month_of
from billing.top_ups.row import count_purchases, lock_top_up, stop_top_up
from billing.top_ups.tables import AutoTopUp


def start_due_top_up(session: Session, account_id: UUID, now: datetime) -> bool:
    """Begin a purchase if one is due; true when one began. The card is charged after the commit.

    The balance is looked at under the row's lock, so that of many callers at once only one buys. Nothing is bought
    while a subscription renews: its old credits may have expired a moment before the new ones are granted; nor while
    the account is suspended. What cannot be bought stops the top-up with a code, `no_card`, `package_not_found` or
    `nothing_to_pay`, and the customer is told. The caller has flushed its changes.
    """
    top_up = lock_top_up(session, AutoTopUp.account_id == account_id, may_begin(month_of(now)))
    if top_up is None or view_balance(session, account_id, now).balance >= top_up.top_up_below:
        return False
    if is_renewing(session, account_id, now) or account_id in inactive_among(session, [account_id]):
        return False
    try:
        with session.begin_nested():  # what is refused halfway leaves no draft behind
            invoice = buy_package(session, top_up, now)
    except Rejected as refusal:
        stop_top_up(session, top_up, refusal.code, now)
        return False
    top_up.invoice_id = invoice.id if invoice.left_minor else None
    count_purchases(session, top_up, month_of(now))
    return True


# purchases that are due and were not begun, as after a new month
TOP_UPS = OneByOne("top_ups", due_top_ups, start_due_top_up, rows_max=200, is_last=True)
