"""Reads of credits."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.catalog.tables import CreditPackage
from billing.clocks.timelines import Timeline
from billing.credits.tables import AutoTopUp, BalanceWatch, CreditGrant, CreditTransaction
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.payments.tables import LIVE_ATTEMPTS, PaymentAttempt
from billing.subscriptions.tables import Subscription, SubscriptionStatus
from database.pages import newest_first
from schemas.views import AutoTopUpView, BalanceView, BalanceWatchView, CreditTransactionView, Page


def is_usable(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Whether something of a grant is left and has not expired at `now`."""
    return (CreditGrant.remaining > 0) & or_(CreditGrant.expires_at.is_(None), CreditGrant.expires_at > now)


def view_balance(session: Session, account_id: UUID, now: datetime) -> BalanceView:
    """What the account can use at `now`, and the next expiry among it."""
    usable = select(func.coalesce(func.sum(CreditGrant.remaining), 0), func.min(CreditGrant.expires_at)).where(
        CreditGrant.account_id == account_id, is_usable(now)
    )
    balance, next_expiry_at = session.execute(usable).one()
    return BalanceView(account_id=account_id, balance=int(balance), next_expiry_at=next_expiry_at)


def lock_usable(session: Session, account_id: UUID, now: datetime) -> list[CreditGrant]:
    """Usable grants in the order of use, nobody else's until commit: the soonest to expire first.

    Those that are held expire some day, so they come before those that never do. Whoever waits for grants takes them in
    this same order, so two of them cannot deadlock.
    """
    usable = select(CreditGrant).where(CreditGrant.account_id == account_id, is_usable(now))
    by_expiry = (CreditGrant.expires_at.asc().nulls_last(), CreditGrant.held_for.asc().nulls_last(), CreditGrant.id)
    in_order = usable.order_by(*by_expiry).with_for_update()
    return list(session.scalars(in_order.execution_options(populate_existing=True)))


def may_begin(month: date | BindParameter[date]) -> ColumnElement[bool]:
    """Whether a purchase may begin in a month: not stopped, none under way, and the month's are not used up."""
    return and_(
        AutoTopUp.stopped_at.is_(None),
        AutoTopUp.invoice_id.is_(None),
        or_(AutoTopUp.month.is_distinct_from(month), AutoTopUp.purchases < AutoTopUp.monthly_max),
    )


def month_of(now: datetime) -> date:
    """The month that a purchase counts for: the first day of the UTC month."""
    return now.date().replace(day=1)


def is_renewing(session: Session, account_id: UUID, now: datetime) -> bool:
    """Whether a subscription's next credits are on their way: its period is over, or its card is being charged."""
    runs = and_(
        Subscription.account_id == account_id,
        Subscription.status.in_([SubscriptionStatus.TRIALING, SubscriptionStatus.ACTIVE]),
        Subscription.failed_at.is_(None),
    )
    is_over = select(Subscription.id).where(runs, Subscription.period_end <= now)
    charged = (
        select(PaymentAttempt.id)
        .join(Invoice, Invoice.id == PaymentAttempt.invoice_id)
        .join(Subscription, Subscription.id == Invoice.subscription_id)
        .where(runs, Invoice.status == InvoiceStatus.PENDING, PaymentAttempt.status.in_(LIVE_ATTEMPTS))
    )
    return bool(session.scalar(select(or_(is_over.exists(), charged.exists()))))


def due_top_ups(session: Session, timeline: Timeline, limit: int) -> Sequence[UUID]:
    """Accounts on a timeline whose balance is low enough for a purchase that may begin."""
    usable = select(func.sum(CreditGrant.remaining)).where(
        CreditGrant.account_id == AutoTopUp.account_id, is_usable(timeline.now)
    )
    due = (
        select(AutoTopUp.account_id)
        .join(Account, Account.id == AutoTopUp.account_id)
        .where(
            Account.clock_id.is_not_distinct_from(timeline.clock_id),
            may_begin(month_of(timeline.now)),
            AutoTopUp.top_up_below > func.coalesce(usable.scalar_subquery(), 0),
        )
    )
    return session.scalars(due.order_by(AutoTopUp.account_id).limit(limit)).all()


def list_transactions(
    session: Session, account_id: UUID, before: UUID | None = None, limit: int = 20
) -> Page[CreditTransactionView]:
    """A page of an account's movements, newest first; `before` is the cursor of the page before, `limit` 1 to 100."""
    query = select(CreditTransaction).where(CreditTransaction.account_id == account_id)
    page, cursor = newest_first(session, query, CreditTransaction.id, before, limit)
    return Page(data=[_view_transaction(row) for row in page], next_cursor=cursor)


def view_watch(session: Session, account_id: UUID) -> BalanceWatchView:
    """The account's low-balance warning; `warn_below` is null when there is none."""
    watch = session.get(BalanceWatch, account_id)
    if watch is None:
        return BalanceWatchView(account_id=account_id, warn_below=None, is_low=False)
    return BalanceWatchView(account_id=account_id, warn_below=watch.warn_below, is_low=watch.is_low)


def view_top_up(session: Session, account_id: UUID) -> AutoTopUpView | None:
    """The account's automatic top-up, also a stopped one; None when it never had one."""
    found = select(AutoTopUp, CreditPackage.slug).join(CreditPackage, CreditPackage.id == AutoTopUp.package_id)
    row = session.execute(found.where(AutoTopUp.account_id == account_id)).one_or_none()
    if row is None:
        return None
    top_up, slug = row
    return AutoTopUpView(
        account_id=account_id,
        package=slug,
        top_up_below=top_up.top_up_below,
        monthly_max=top_up.monthly_max,
        invoice_id=top_up.invoice_id,
        stopped_at=top_up.stopped_at,
        stop_code=top_up.stop_code,
    )


def _view_transaction(row: CreditTransaction) -> CreditTransactionView:
    return CreditTransactionView(
        id=row.id,
        account_id=row.account_id,
        grant_id=row.grant_id,
        movement=row.movement.value,
        amount=row.amount,
        description=row.description,
        created_at=row.created_at,
    )
