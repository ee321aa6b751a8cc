"""Describe a subscription as the facts its owner's mails are made of."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.cards.tables import Card
from billing.catalog.plans import terms_of
from billing.catalog.terms import Addition, PlanTerms
from billing.cycle.pricing.discounts import next_discount
from billing.cycle.pricing.lines import period_lines
from billing.dunning.rules import terms_of as dunning_terms_of
from billing.dunning.tables import Dunning, DunningEnd, DunningState
from billing.money import Money
from billing.periods import Period
from billing.receipts.queries import kept_for
from billing.subscriptions.queries import additions_of
from billing.subscriptions.rules import INCOMPLETE_LIFETIME
from billing.subscriptions.tables import Collection, PayBy, Subscription, SubscriptionStatus
from schemas.documents import CardFacts, SubscriptionFacts


def describe_subscription(
    session: Session, subscription: Subscription, dunning: Dunning | None = None, *, of_next_period: bool = False
) -> SubscriptionFacts:
    """The subscription in printable facts: days in UTC, and what a whole period costs next time, without tax.

    With the open dunning of one of its invoices the facts tell the next try, and the day on which the subscription
    would end. `of_next_period` tells of the plan that was chosen for the next period, if there is one.
    """
    price_id = (subscription.next_price_id if of_next_period else None) or subscription.price_id
    terms = terms_of(session, [price_id])[price_id]
    additions = additions_of(session, subscription.id)
    return SubscriptionFacts(
        plan_name=terms.plan_name,
        status=subscription.status.value,
        interval=terms.interval.value,
        currency=subscription.currency,
        price_minor=_price(subscription, terms, additions).minor,
        period_start=subscription.period_start.date(),
        period_end=subscription.period_end.date(),
        credits_per_period=terms.credits,
        services=tuple(_service(addition) for addition in additions),
        trial_ends_on=_trial_ends_on(subscription),
        ends_on=_day(_ends_at(subscription, dunning)),
        next_attempt_on=_day(dunning.next_attempt_at) if dunning else None,
        resumes_on=_day(subscription.resumes_at),
        card=_card_to_charge(session, subscription),
        kept_minor=_kept_minor(session, subscription),
        limits_suspended=subscription.limits_suspended,
    )


def describe_card(card: Card) -> CardFacts:
    """What may be shown of a card."""
    return CardFacts(card.brand, card.last4, card.exp_month, card.exp_year, card.holder)


def _price(subscription: Subscription, terms: PlanTerms, additions: list[Addition]) -> Money:
    """Plan and services of the next period, less its discount."""
    period = Period(subscription.period_start, subscription.period_end)
    lines = period_lines(terms, additions, next_discount(subscription), period)
    return sum((line.net for line in lines), Money(0, subscription.currency))


def _service(addition: Addition) -> str:
    name = addition.terms.service_name
    return name if addition.quantity == 1 else f"{addition.quantity} × {name}"


def _trial_ends_on(subscription: Subscription) -> date | None:
    return _day(subscription.trial_end) if subscription.status is SubscriptionStatus.TRIALING else None


def _ends_at(subscription: Subscription, dunning: Dunning | None) -> datetime | None:
    """When it ended or will end, as far as that is decided: by its owner, a slow start, or dunning."""
    if subscription.ended_at is not None:
        return subscription.ended_at
    if subscription.cancel_at_period_end:
        return subscription.period_end
    if subscription.status is SubscriptionStatus.INCOMPLETE:
        return subscription.created_at + INCOMPLETE_LIFETIME
    if dunning is None or dunning.state is not DunningState.OPEN:
        return None
    return dunning.ends_at if dunning_terms_of(dunning.policy).at_the_end is DunningEnd.CANCEL else None


def _card_to_charge(session: Session, subscription: Subscription) -> CardFacts | None:
    if subscription.pay_by is PayBy.TRANSFER:
        return None
    card = session.scalar(select(Card).where(Card.account_id == subscription.account_id, Card.is_default))
    return describe_card(card) if card else None


def _kept_minor(session: Session, subscription: Subscription) -> int:
    """What pays of its next invoice first: kept here, or by the gateway that runs it."""
    held_at = subscription.gateway if subscription.collection is Collection.GATEWAY else ""
    return kept_for(session, subscription.account_id, subscription.currency, held_at).minor


def _day(instant: datetime | None) -> date | None:
    """The calendar day in UTC."""
    return instant.date() if instant else None
