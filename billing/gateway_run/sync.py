"""Bring a subscription that a gateway runs to what the gateway has now."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from billing.catalog.gateway_prices import known_prices, remember_price
from billing.catalog.plans import terms_of
from billing.cycle.start.admit import take_trial
from billing.cycle.start.give_back_coupon import give_back_coupon
from billing.cycle.start.give_back_trial import give_back_trial
from billing.errors import UnknownMark
from billing.gateway_run.stage_syncs import stage_tax_sync
from billing.subscriptions.rules import ENDED, GIVEN_UP, is_in_trial
from billing.subscriptions.states import TRANSITIONS, move
from billing.subscriptions.tables import Collection, Subscription, SubscriptionStatus
from database.outbox import stage
from schemas.facts.subscriptions import SubscriptionFact

log = structlog.get_logger(__name__)

# what we have no word of our own for
STATUSES = {GIVEN_UP: SubscriptionStatus.PAST_DUE}
RUNNING = frozenset({SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING})
# more invoices will come
BILLED = RUNNING | {SubscriptionStatus.PAST_DUE, SubscriptionStatus.PAUSED}


class SubscriptionContradiction(Exception):
    """The gateway's account of a subscription does not fit ours. Never guessed away: parked, for a person to see."""


def sync_subscription(session: Session, fact: SubscriptionFact, asked_at: datetime, now: datetime) -> UUID | None:
    """Write down what the gateway has, and return the subscription's id; None when it is not ours.

    `asked_at` is what the database's clock showed before the gateway was asked: the answer that was written last, or an
    older one, changes nothing. `now` is the account's own time. What has ended here stays so. The row stays locked
    until commit and is in the database on return. Raises SubscriptionContradiction for a second subscription
    of one checkout, and for one whose checkout had ended without it; UnknownMark for one of ours that is not in the
    books.
    """
    subscription = _locked(session, fact)
    if subscription is None:
        _refuse_if_marked(session, fact)
        return None
    if subscription.status in ENDED:
        _refuse_a_revival(subscription, fact)
    elif subscription.synced_at is None or subscription.synced_at < asked_at:
        _write(session, subscription, fact, asked_at, now)
    return subscription.id


def _locked(session: Session, fact: SubscriptionFact) -> Subscription | None:
    """By the gateway's reference, or, the first time, by the mark that we gave it."""
    is_ours: ColumnElement[bool] = Subscription.subscription_ref == fact.subscription_ref
    marked_id = _as_uuid(fact.subscription_id)
    if marked_id is not None:
        is_ours = or_(is_ours, and_(Subscription.id == marked_id, Subscription.subscription_ref == ""))
    wanted = select(Subscription).where(
        is_ours, Subscription.gateway == fact.gateway, Subscription.collection == Collection.GATEWAY
    )
    return session.scalar(wanted.with_for_update())


def _refuse_if_marked(session: Session, fact: SubscriptionFact) -> None:
    marked_id = _as_uuid(fact.subscription_id)
    first = session.get(Subscription, marked_id) if marked_id is not None else None
    if first is not None:
        known = first.subscription_ref
        raise SubscriptionContradiction(f"{fact.subscription_ref} bears the mark of {marked_id}, which is {known!r}")
    if fact.subscription_id:
        raise UnknownMark(f"{fact.subscription_ref} is {fact.status} and bears the mark of {fact.subscription_id}")


def _refuse_a_revival(subscription: Subscription, fact: SubscriptionFact) -> None:
    """Of a checkout that ended without a subscription nothing may come any more, least of all money."""
    if not subscription.subscription_ref and fact.status != SubscriptionStatus.EXPIRED:
        raise SubscriptionContradiction(f"{fact.subscription_ref} is {fact.status}, its checkout had expired")


def _write(
    session: Session, subscription: Subscription, fact: SubscriptionFact, asked_at: datetime, now: datetime
) -> None:
    before = subscription.status
    subscription.subscription_ref, subscription.synced_at = fact.subscription_ref, asked_at
    _write_price(session, subscription, fact, now)
    subscription.anchor, subscription.trial_end = fact.anchor, fact.trial_end
    subscription.period_start, subscription.period_end = fact.period_start, fact.period_end
    subscription.cancel_at_period_end = fact.cancel_at_period_end
    subscription.canceled_at = fact.canceled_at
    status = _status(fact)
    if status in ENDED:
        give_back_coupon(session, subscription)
        give_back_trial(session, subscription)
    _move(subscription, status, fact.ended_at or now)
    _tell(session, subscription, before)
    if fact.failed_tries and subscription.status is SubscriptionStatus.PAST_DUE:
        _tell_of_failure(session, subscription, fact)
    if subscription.status in BILLED:
        stage_tax_sync(session, subscription.id, subscription.account_id, fact)
        if is_in_trial(subscription):
            take_trial(session, subscription, again=True)  # the plan may have been changed on the gateway's own page
    session.flush()  # its invoices are looked up by the reference, in this transaction too


def _write_price(session: Session, subscription: Subscription, fact: SubscriptionFact, now: datetime) -> None:
    """The plan is the first item at a price of ours; the customer may have changed it on the gateway's own page.

    Without one the plan is unknown. The money still comes and the end is still followed, but a person has to look.
    """
    known = known_prices(session, fact.gateway, [item.price_ref for item in fact.items])
    price_ids = _price_ids(fact, known)
    terms = terms_of(session, price_ids.values())
    item = next((item for item in fact.items if price_ids.get(item.item_ref) in terms), None)
    if item is None:
        _leave_our_prices(subscription, fact, now)
        return
    _come_back_to_our_prices(subscription)
    plan = terms[price_ids[item.item_ref]]
    if item.price_ref not in known:
        remember_price(session, fact.gateway, item.price_ref, plan.price_id)
    if subscription.price_id != plan.price_id:
        subscription.former_price_id, subscription.former_priced_at = subscription.price_id, subscription.priced_at
        subscription.priced_at = now
    subscription.price_id, subscription.interval = plan.price_id, plan.interval
    subscription.currency = plan.price.currency


def _leave_our_prices(subscription: Subscription, fact: SubscriptionFact, now: datetime) -> None:
    """Once for each price that it goes to: whoever has looked is not called again for the same."""
    refs = ", ".join(item.price_ref for item in fact.items)
    if subscription.foreign_price == refs:
        return
    subscription.foreign_price = refs
    subscription.failed_at = now
    subscription.failure = f"{fact.subscription_ref} is at prices that are not ours: {refs}"
    log.error("plan_unknown", subscription_id=str(subscription.id), prices=refs)


def _come_back_to_our_prices(subscription: Subscription) -> None:
    if subscription.foreign_price:
        subscription.foreign_price = subscription.failure = ""
        subscription.failed_at = None


def _price_ids(fact: SubscriptionFact, known: Mapping[str, UUID]) -> dict[str, UUID]:
    """By item: what we know of the price already, else what its mark says."""
    found = {item.item_ref: known.get(item.price_ref) or _as_uuid(item.price_id) for item in fact.items}
    return {item_ref: price_id for item_ref, price_id in found.items() if price_id is not None}


def _move(subscription: Subscription, after: SubscriptionStatus, at: datetime) -> None:
    """Go where the gateway is, through `active` if its news of that never came. There is no way back to the start."""
    before = subscription.status
    if after is before:
        return
    is_missed = SubscriptionStatus.ACTIVE in TRANSITIONS[before] and after in TRANSITIONS[SubscriptionStatus.ACTIVE]
    if after not in TRANSITIONS[before] and is_missed:
        move(subscription, SubscriptionStatus.ACTIVE, at)
    if after in TRANSITIONS[subscription.status]:
        move(subscription, after, at)


def _status(fact: SubscriptionFact) -> SubscriptionStatus:
    wanted = STATUSES.get(fact.status) or SubscriptionStatus(fact.status)
    return SubscriptionStatus.PAUSED if fact.is_collection_paused and wanted in RUNNING else wanted


def _tell(session: Session, subscription: Subscription, before: SubscriptionStatus) -> None:
    """Mails for what happened at the gateway, once each; those about payments follow from the invoices.

    Without a trial it is the first paid invoice that tells of the start.
    """
    is_begun = before is SubscriptionStatus.INCOMPLETE and subscription.status in RUNNING
    if is_begun and subscription.trial_end is not None:
        stage(session, "subscription_activated", subscription.id, f"subscription_activated/{subscription.id}/trial")
    if subscription.status is SubscriptionStatus.PAUSED and before is not SubscriptionStatus.PAUSED:
        cause = f"subscription_paused/{subscription.id}/{subscription.paused_at:%Y%m%dT%H%M%S.%f}"
        stage(session, "subscription_paused", subscription.id, cause)
    if subscription.cancel_at_period_end or subscription.status is SubscriptionStatus.CANCELED:
        # the gateway keeps the instant of the wish until the end comes, and forgets it when it is taken back
        wished_at = subscription.canceled_at or subscription.period_end
        cause = f"subscription_canceled/{subscription.id}/{wished_at:%Y%m%dT%H%M%S}"
        stage(session, "subscription_canceled", subscription.id, cause)


def _tell_of_failure(session: Session, subscription: Subscription, fact: SubscriptionFact) -> None:
    """Of each try once, and when the gateway gives up; elsewhere the invoice tells of it."""
    period = f"{subscription.id}/{subscription.period_end:%Y%m%d}"
    next_try = f"{fact.retry_at:%Y-%m-%d}" if fact.retry_at else GIVEN_UP if fact.status == GIVEN_UP else ""
    cause = f"renewal_unpaid/{period}/{fact.failed_tries}/{next_try}/{fact.failure_code}"
    stage(session, "renewal_unpaid", subscription.id, cause)


def _as_uuid(mark: str) -> UUID | None:
    try:
        return UUID(mark)
    except ValueError:
        return None
