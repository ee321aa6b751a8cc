"""Admit a start: an account has one subscription of a plan at a time and one trial of it, or says otherwise."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ScalarSelect, Select, and_, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.catalog.tables import Plan, PlanPrice, PlanVersion
from billing.errors import Rejected
from billing.subscriptions.tables import Collection, PendingChange, Subscription, SubscriptionStatus, Trial

IS_INCOMPLETE = Subscription.status == SubscriptionStatus.INCOMPLETE
RUNNING = (
    SubscriptionStatus.TRIALING,
    SubscriptionStatus.ACTIVE,
    SubscriptionStatus.PAST_DUE,
    SubscriptionStatus.PAUSED,
)


def check_only_one(session: Session, account_id: UUID, plan_slug: str, besides: UUID | None = None) -> None:
    """Raises Rejected `already_subscribed` while another of the plan runs, or its first payment is awaited.

    So it does while a page for another start is open: whoever starts has closed what was open, and what is left is of
    another command at this very moment, or just being paid. Of the plan is also what is to go to it once that is paid
    for, or with its next period, even if it is to end before: that may be taken back. The caller holds the account's
    row lock, so that of two starts at the same moment the second sees the first.
    """
    # at a gateway it is begun as soon as that has it, paid or not: its page is nobody's to close any more
    is_begun = or_(Subscription.collection == Collection.CASHBEAT, Subscription.subscription_ref != "")
    is_starting = and_(IS_INCOMPLETE, is_begun)
    others = _of_plan(account_id, plan_slug).where(or_(Subscription.status.in_(RUNNING), is_starting))
    other = session.scalar(others.where(Subscription.id.is_distinct_from(besides)).limit(1))
    if other is not None:
        detail = (
            f"The account has a subscription of this plan, or one that is to go to it, {other}:"
            " say `allow_another` if it is to have two."
        )
        raise Rejected("already_subscribed", detail, status=409)
    if starts_on_pages(session, account_id, plan_slug):
        detail = "A page for this plan is open, or just being paid: ask again when it is over, or say `allow_another`."
        raise Rejected("already_subscribed", detail, status=409)


def starts_on_pages(session: Session, account_id: UUID, plan_slug: str) -> Sequence[Subscription]:
    """Starts of the plan that wait for somebody to pay on a page of a gateway's, the oldest first."""
    on_page = and_(IS_INCOMPLETE, Subscription.collection == Collection.GATEWAY, Subscription.subscription_ref == "")
    waiting = select(Subscription).where(Subscription.id.in_(_of_plan(account_id, plan_slug)), on_page)
    return session.scalars(waiting.order_by(Subscription.id)).all()


def _of_plan(account_id: UUID, plan_slug: str) -> Select[UUID]:
    of_version = select(PlanPrice.id).join(PlanVersion, PlanVersion.id == PlanPrice.version_id)
    prices = of_version.join(Plan).where(Plan.slug == plan_slug)
    is_to_come = PendingChange.price_id.in_(prices), PendingChange.ended_at.is_(None)
    is_of_plan = or_(
        Subscription.price_id.in_(prices),
        Subscription.next_price_id.in_(prices),
        Subscription.id.in_(select(PendingChange.subscription_id).where(*is_to_come)),
    )
    return select(Subscription.id).where(Subscription.account_id == account_id, is_of_plan)


def take_trial(session: Session, subscription: Subscription, *, again: bool) -> None:
    """Write down, once, that the account has its trial of the subscription's plan in this subscription.

    Raises Rejected `trial_used` as `check_trial_unused`, unless it may be had again. The row is in the database.
    """
    if not again:
        check_trial_unused(session, subscription, subscription.price_id)
    row = {
        "account_id": subscription.account_id, "plan_id": _plan_of(subscription.price_id),
        "subscription_id": subscription.id,
    }  # fmt: skip
    session.execute(insert(Trial).values(row).on_conflict_do_nothing())


def check_trial_unused(session: Session, subscription: Subscription, price_id: UUID) -> None:
    """Raises Rejected `trial_used` when the account has had its trial of the plan of a price in another subscription.

    The caller holds the account's row lock, so that of two at the same moment the second sees the first.
    """
    of_plan = Trial.account_id == subscription.account_id, Trial.plan_id == _plan_of(price_id)
    had_in = session.scalars(select(Trial.subscription_id).where(*of_plan)).all()
    if had_in and subscription.id not in had_in:
        detail = (
            "The account has had its trial of this plan: begin it without one (`trial_days` 0, or a change when this"
            " trial is over), or say `allow_trial_again`."
        )
        raise Rejected("trial_used", detail, status=409)


def _plan_of(price_id: UUID) -> ScalarSelect[UUID]:
    of_price = select(PlanVersion.plan_id).join(PlanPrice, PlanPrice.version_id == PlanVersion.id)
    return of_price.where(PlanPrice.id == price_id).scalar_subquery()
