"""Reads of credits. An account on a test clock has the credits of its own time."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.clocks.timelines import now_of
from billing.clocks.wall import Wall
from billing.credits.queries import list_transactions, view_balance, view_watch
from billing.credits.tables import CreditMovement
from billing.errors import Rejected
from billing.top_ups.queries import view_top_up
from ingress.queries.filters import OfAccount, OfTime, PageOfAccount
from schemas.views.base import Page
from schemas.views.credits import AutoTopUpView, BalanceView, BalanceWatchView, CreditTransactionView


class TransactionFilter(PageOfAccount, OfTime):
    """A page of an account's movements of credits."""

    movement: CreditMovement | None = None


def balance(session: Session, wanted: OfAccount) -> BalanceView:
    """`GET /v1/billing/credits/balance/`"""
    get_account(session, wanted.account_id)
    return view_balance(session, wanted.account_id, now_of(session, wanted.account_id, Wall(datetime.now(UTC))))


def transactions(session: Session, wanted: TransactionFilter) -> Page[CreditTransactionView]:
    """`GET /v1/billing/credits/transactions/`"""
    get_account(session, wanted.account_id)
    return list_transactions(
        session, wanted.account_id, wanted.paging, movement=wanted.movement, created=wanted.created
    )


def balance_watch(session: Session, wanted: OfAccount) -> BalanceWatchView:
    """`GET /v1/billing/credits/balance-watch/`"""
    get_account(session, wanted.account_id)
    return view_watch(session, wanted.account_id)


def auto_top_up(session: Session, wanted: OfAccount) -> AutoTopUpView:
    """`GET /v1/billing/credits/auto-top-up/`"""
    get_account(session, wanted.account_id)
    view = view_top_up(session, wanted.account_id)
    if view is None:
        raise Rejected("auto_top_up_not_found", "This account never had an automatic top-up.", status=404)
    return view
