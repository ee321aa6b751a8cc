"""Which plans a subscription may go to, and what of it can be taken back."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from billing.catalog.plans import terms_of
from billing.subscriptions.queries import get_subscription
from billing.subscriptions.tables import Collection
from schemas.views.catalog import PlanPriceView, PlanView
from schemas.views.subscriptions import SubscriptionView


@dataclass(frozen=True, slots=True)
class PriceChoice:
    """A price of a plan, and whether it is the one that runs."""

    price: PlanPriceView
    is_present: bool


@dataclass(frozen=True, slots=True)
class PlanChoices:
    """A plan with its prices in one currency."""

    plan: PlanView
    prices: Sequence[PriceChoice]


def choices_of(plans: Iterable[PlanView], subscription: SubscriptionView) -> list[PlanChoices]:
    """Those that have a price in the subscription's currency, in shop order."""
    return list(_choices(plans, subscription))


def _choices(plans: Iterable[PlanView], subscription: SubscriptionView) -> Iterator[PlanChoices]:
    present = subscription.plan, subscription.interval
    for plan in plans:
        prices = [price for price in plan.prices if price.currency == subscription.currency]
        if prices:
            yield PlanChoices(plan, [PriceChoice(price, (plan.slug, price.interval) == present) for price in prices])


def is_run_here(subscription: SubscriptionView) -> bool:
    """Whether we know what a change costs: a gateway that runs it alone knows."""
    return subscription.collection == Collection.CASHBEAT


def may_be_taken_back(session: Session, subscription: SubscriptionView) -> bool:
    """Whether another plan was chosen for later, or waits for its payment. A newer version for everybody stays."""
    if subscription.pending_change is not None:
        return True
    row = get_subscription(session, subscription.id)
    if row.next_price_id is None or subscription.cancel_at_period_end or subscription.ended_at is not None:
        return False
    terms = terms_of(session, [row.price_id, row.next_price_id])
    running, planned = terms[row.price_id], terms[row.next_price_id]
    return (planned.plan_slug, planned.interval) != (running.plan_slug, running.interval)
