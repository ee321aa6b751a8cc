"""Bring a subscription that a gateway runs to what the gateway has now."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from billing.catalog.gateway_prices import remember_price
from billing.catalog.plans import terms_of
from billing.subscriptions.rules import ENDED, move
from billing.subscriptions.tables import TRANSITIONS, Collection, Subscription, SubscriptionStatus
from database.outbox import stage
from schemas.facts import SubscriptionFact

# what we have no word of our own for
STATUSES = {"unpaid": SubscriptionStatus.PAST_DUE}


class SubscriptionContradiction(Exception):
    """The gateway's account of a subscription does not fit ours. Never guessed away: parked, for a person to see."""


def sync_subscription(session: Session, fact: SubscriptionFact, asked_at: datetime, now: datetime) -> UUID | None:
    """Write down what the gateway has, and return the subscription's id; None when it is not ours.

    `asked_at` is the wall clock's time from before the gateway was asked: an answer older than the one that was written
    last changes nothing. `now` is the account's own time. What has ended here stays so.
    Raises SubscriptionContradiction for a price that is none of ours.
    """
    subscription = _locked(session, fact)
    if subscription is None:
        return None
    if subscription.status in ENDED or (subscription.synced_at is not None and subscription.synced_at > asked_at):
        return subscription.id
    before = subscription.status
    subscription.subscription_ref, subscription.synced_at = fact.subscription_ref, asked_at
    _write_price(session, subscription, fact)
    subscription.anchor, subscription.trial_end = fact.anchor, fact.trial_end
    subscription.period_start, subscription.period_end = fact.period_start, fact.period_end
    subscription.cancel_at_period_end = fact.cancel_at_period_end
    subscription.canceled_at = fact.canceled_at
    _move(subscription, fact, now)
    _tell(session, subscription, before)
    return subscription.id


def expire_checkout(session: Session, subscription_id: str, now: datetime) -> None:
    """The hosted checkout ended without a subscription."""
    try:
        key = UUID(subscription_id)
    except ValueError:
        return
    subscription = session.get(Subscription, key, with_for_update=True)
    if (
        subscription is not None
        and subscription.status is SubscriptionStatus.INCOMPLETE
        and subscription.collection is Collection.GATEWAY
        and not subscription.subscription_ref
    ):
        move(subscription, SubscriptionStatus.EXPIRED, now)


def _locked(session: Session, fact: SubscriptionFact) -> Subscription | None:
    """By the gateway's reference, or, the first time, by the mark that we gave it."""
    is_ours: ColumnElement[bool] = Subscription.subscription_ref == fact.subscription_ref
    with suppress(ValueError):
        is_ours = or_(is_ours, and_(Subscription.id == UUID(fact.subscription_id), Subscription.subscription_ref == ""))
    wanted = select(Subscription).where(
        is_ours, Subscription.gateway == fact.gateway, Subscription.collection == Collection.GATEWAY
    )
    return session.scalar(wanted.with_for_update())


def _write_price(session: Session, subscription: Subscription, fact: SubscriptionFact) -> None:
    """The plan is the first item; the customer may have changed it on the gateway's own page."""
    item = fact.items[0]
    try:
        price_id = UUID(item.price_id)
    except ValueError:
        raise SubscriptionContradiction(f"{fact.subscription_ref} is at the price {item.price_ref}, not ours") from None
    terms = terms_of(session, [price_id]).get(price_id)
    if terms is None:
        raise SubscriptionContradiction(f"{fact.subscription_ref} is at a price we do not have: {price_id}")
    remember_price(session, fact.gateway, item.price_ref, price_id)
    subscription.price_id, subscription.interval = price_id, terms.interval
    subscription.currency = terms.price.currency


def _move(subscription: Subscription, fact: SubscriptionFact, now: datetime) -> None:
    after = _status(fact)
    if after is subscription.status or after not in TRANSITIONS[subscription.status]:
        return
    move(subscription, after, fact.ended_at or now)


def _status(fact: SubscriptionFact) -> SubscriptionStatus:
    wanted = STATUSES.get(fact.status) or SubscriptionStatus(fact.status)
    is_running = wanted in (SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING)
    return SubscriptionStatus.PAUSED if fact.is_collection_paused and is_running else wanted


def _tell(session: Session, subscription: Subscription, before: SubscriptionStatus) -> None:
    """Mails for what happened at the gateway; those about payments follow from the invoices."""
    key = f"{subscription.id}/{subscription.period_start:%Y%m%dT%H%M%S}"
    if before is SubscriptionStatus.INCOMPLETE and subscription.status is SubscriptionStatus.TRIALING:
        stage(session, "subscription_activated", subscription.id, f"subscription_activated/{subscription.id}/trial")
    if subscription.status is SubscriptionStatus.PAUSED and before is not SubscriptionStatus.PAUSED:
        stage(session, "subscription_paused", subscription.id, f"subscription_paused/{key}")
    if subscription.cancel_at_period_end or subscription.status is SubscriptionStatus.CANCELED:
        stage(session, "subscription_cancelled", subscription.id, f"subscription_cancelled/{key}")
