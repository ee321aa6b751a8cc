"""Reads of automatic top-ups."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.catalog.tables import CreditPackage
from billing.clocks.timelines import Timeline
from billing.credits.queries import is_usable
from billing.credits.tables import CreditGrant
from billing.invoices.tables import Invoice, InvoiceReason, InvoiceStatus
from billing.payments.tables import LIVE_ATTEMPTS, AttemptKind, PaymentAttempt
from billing.subscriptions.tables import Subscription, SubscriptionStatus
from billing.top_ups.tables import AutoTopUp
from schemas.views.credits import AutoTopUpView


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
    """Whether a subscription's next credits are on their way: its period is over, or its card is being charged.

    The page of a change of plan is not waited for: nobody knows whether the customer will ever pay there.
    """
    runs = and_(
        Subscription.account_id == account_id,
        Subscription.status.in_([SubscriptionStatus.TRIALING, SubscriptionStatus.ACTIVE]),
        Subscription.failed_at.is_(None),
    )
    is_over = select(Subscription.id).where(runs, Subscription.period_end <= now)
    is_no_page_of_a_change = or_(PaymentAttempt.kind == AttemptKind.CHARGE, Invoice.reason != InvoiceReason.CHANGE)
    charged = (
        select(PaymentAttempt.id)
        .join(Invoice, Invoice.id == PaymentAttempt.invoice_id)
        .join(Subscription, Subscription.id == Invoice.subscription_id)
        .where(runs, Invoice.status == InvoiceStatus.PENDING, PaymentAttempt.status.in_(LIVE_ATTEMPTS))
        .where(is_no_page_of_a_change)
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
            Account.suspended_at.is_(None),
            may_begin(month_of(timeline.now)),
            AutoTopUp.top_up_below > func.coalesce(usable.scalar_subquery(), 0),
        )
    )
    return session.scalars(due.order_by(AutoTopUp.account_id).limit(limit)).all()


class ActiveTopUp(NamedTuple):
    """A top-up that buys, or is buying: what, below how many credits, and whether a purchase is under way."""

    package_name: str
    below: int
    is_under_way: bool


def find_active(session: Session, account_id: UUID, now: datetime) -> ActiveTopUp | None:
    """The account's top-up; None without one, and for one that has stopped or has bought all that a month may."""
    is_under_way = AutoTopUp.invoice_id.is_not(None)
    found = (
        select(CreditPackage.name, AutoTopUp.top_up_below, is_under_way)
        .join(CreditPackage, CreditPackage.id == AutoTopUp.package_id)
        .where(AutoTopUp.account_id == account_id, or_(may_begin(month_of(now)), is_under_way))
    )
    row = session.execute(found).one_or_none()
    return ActiveTopUp(*row) if row else None


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
