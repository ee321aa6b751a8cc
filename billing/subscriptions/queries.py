"""Reads of subscriptions."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from billing.catalog.plans import services_of, terms_of
from billing.catalog.terms import Addition, PlanTerms
from billing.errors import Rejected
from billing.subscriptions.pending_changes import find_pending_changes
from billing.subscriptions.rules import ENDED, INCOMPLETE_LIFETIME
from billing.subscriptions.tables import PayBy, PendingChange, Subscription, SubscriptionService, SubscriptionStatus
from database.among import is_among
from database.pages import FIRST_PAGE, Between, Paging, narrowed, newest_first
from schemas.plan_change_views import ChangedSubscriptionView
from schemas.views.base import Page
from schemas.views.subscriptions import PendingChangeView, SubscriptionView


def get_subscription(session: Session, subscription_id: UUID) -> Subscription:
    """The subscription; raises Rejected `subscription_not_found`."""
    return _found(session.get(Subscription, subscription_id), subscription_id)


def lock_subscription(session: Session, subscription_id: UUID) -> Subscription:
    """The subscription, nobody else's until commit; raises Rejected `subscription_not_found`."""
    locked = session.get(Subscription, subscription_id, with_for_update=True, populate_existing=True)
    return _found(locked, subscription_id)


def lock_in_order(session: Session, subscription_ids: Select[UUID] | Select[UUID | None]) -> None:
    """Let nobody else have these subscriptions until commit: whoever locks their invoices, too, begins with them."""
    owners = select(Subscription.id).where(Subscription.id.in_(subscription_ids))
    session.execute(owners.order_by(Subscription.id).with_for_update())


def is_start_over(session: Session, subscription_id: UUID, now: datetime) -> bool:
    """Whether the time is over in which the first payment of an incomplete subscription was to come."""
    over = select(Subscription.id).where(
        Subscription.id == subscription_id,
        Subscription.status == SubscriptionStatus.INCOMPLETE,
        Subscription.created_at <= now - INCOMPLETE_LIFETIME,
    )
    return session.scalar(over) is not None


def is_charged_to_a_card(session: Session, account_id: UUID) -> bool:
    """Whether the account has a subscription that has not ended and is paid by card, whoever runs it."""
    charged = select(Subscription.id).where(
        Subscription.account_id == account_id, Subscription.pay_by == PayBy.CARD, Subscription.status.not_in(ENDED)
    )
    return session.scalar(charged.limit(1)) is not None


def is_run_by(session: Session, account_id: UUID, gateway: str) -> bool:
    """Whether a gateway runs a subscription of the account that has begun and has not ended."""
    run = select(Subscription.id).where(
        Subscription.account_id == account_id,
        Subscription.gateway == gateway,
        Subscription.subscription_ref != "",
        Subscription.status.not_in(ENDED),
    )
    return session.scalar(run.limit(1)) is not None


def additions_of(session: Session, subscription_id: UUID) -> list[Addition]:
    """The services billed with every period."""
    of_this = select(SubscriptionService).where(SubscriptionService.subscription_id == subscription_id)
    rows = session.scalars(of_this.order_by(SubscriptionService.id)).all()
    terms = services_of(session, [row.price_id for row in rows])
    return [Addition(terms[row.price_id], row.quantity) for row in rows]


def show_subscription(session: Session, subscription_id: UUID) -> SubscriptionView:
    """One subscription as the API shows it; raises Rejected `subscription_not_found`."""
    return view_subscriptions(session, [get_subscription(session, subscription_id)])[0]


def show_changed(
    session: Session, subscription_id: UUID, change: str, approval_url: str = ""
) -> ChangedSubscriptionView:
    """The same after a wish for another plan, with what became of that."""
    shown = show_subscription(session, subscription_id)
    return ChangedSubscriptionView(change=change, approval_url=approval_url, **shown.model_dump())


def list_subscriptions(
    session: Session,
    paging: Paging = FIRST_PAGE,
    *,
    account_id: UUID | None = None,
    status: SubscriptionStatus | None = None,
    created: Between | None = None,
) -> Page[SubscriptionView]:
    """A page of subscriptions, by their age."""
    query = narrowed(
        select(Subscription),
        (Subscription.account_id, account_id),
        (Subscription.status, status),
        (Subscription.created_at, created),
    )
    page, cursor = newest_first(session, query, Subscription, paging)
    return Page(data=view_subscriptions(session, page), next_cursor=cursor)


def _found(subscription: Subscription | None, subscription_id: UUID) -> Subscription:
    if subscription is None:
        raise Rejected("subscription_not_found", f"There is no subscription {subscription_id}.", status=404)
    return subscription


def view_subscriptions(session: Session, subscriptions: Sequence[Subscription]) -> list[SubscriptionView]:
    """Subscriptions as the API shows them, in the same order."""
    ids = [row.id for row in subscriptions]
    pending = {change.subscription_id: change for change in find_pending_changes(session, ids)}
    price_ids = {row.price_id for row in subscriptions} | {row.next_price_id for row in subscriptions} - {None}
    price_ids |= {change.price_id for change in pending.values()}
    terms = terms_of(session, [price_id for price_id in price_ids if price_id is not None])
    services = _service_names(session, ids)
    return [_view(row, terms, services.get(row.id, []), pending.get(row.id)) for row in subscriptions]


def _service_names(session: Session, subscription_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    rows = session.scalars(
        select(SubscriptionService)
        .where(is_among(SubscriptionService.subscription_id, subscription_ids))
        .order_by(SubscriptionService.id)
    ).all()
    terms = services_of(session, [row.price_id for row in rows])
    names: dict[UUID, list[str]] = {}
    for row in rows:
        names.setdefault(row.subscription_id, []).append(terms[row.price_id].service_slug)
    return names


def _view(
    row: Subscription, terms: dict[UUID, PlanTerms], services: list[str], pending: PendingChange | None
) -> SubscriptionView:
    plan = terms[row.price_id]
    return SubscriptionView(
        id=row.id,
        account_id=row.account_id,
        status=str(row.status),
        collection=str(row.collection),
        pay_by=str(row.pay_by),
        plan=plan.plan_slug,
        plan_version=plan.version,
        plan_is_unknown=bool(row.foreign_price),
        interval=str(row.interval),
        currency=row.currency,
        price_minor=plan.price.minor,
        credits_per_period=plan.credits,
        sites_max=plan.sites_max,
        users_max=plan.users_max,
        period_start=row.period_start,
        period_end=row.period_end,
        trial_end=row.trial_end,
        cancel_at_period_end=row.cancel_at_period_end,
        # what was planned before it was to end is planned again when that is taken back
        next_plan=terms[row.next_price_id].plan_slug if row.next_price_id and not row.cancel_at_period_end else None,
        pending_change=_view_pending(pending, terms[pending.price_id]) if pending else None,
        canceled_at=row.canceled_at,
        limits_suspended=row.limits_suspended,
        paused_at=row.paused_at,
        resumes_at=row.resumes_at,
        ended_at=row.ended_at,
        services=services,
        created_at=row.created_at,
    )


def _view_pending(change: PendingChange, wanted: PlanTerms) -> PendingChangeView:
    return PendingChangeView(
        plan=wanted.plan_slug,
        plan_version=wanted.version,
        interval=wanted.interval.value,
        price_minor=wanted.price.minor,
        invoice_id=change.invoice_id,
        expires_at=change.expires_at,
    )


def count_set_aside(session: Session) -> int:
    """How many could not be brought on and wait for a person."""
    return session.scalars(
        select(func.count()).select_from(Subscription).where(Subscription.failed_at.is_not(None))
    ).one()
