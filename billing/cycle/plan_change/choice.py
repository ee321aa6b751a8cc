"""What was chosen, when it is to happen, and whether the subscription can be changed at all."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from billing.catalog.plans import find_terms, terms_of
from billing.catalog.tables import Interval
from billing.catalog.terms import PlanTerms
from billing.errors import Rejected
from billing.invoices.queries import has_open_invoice
from billing.subscriptions.tables import Collection, Subscription, SubscriptionStatus
from schemas.commands import ChangePlan


@dataclass(frozen=True, slots=True)
class Change:
    """What was chosen: the plan now, the plan wanted, and `now` or `period_end` if the customer said when."""

    running: PlanTerms
    wanted: PlanTerms
    when: str | None

    @property
    def is_upgrade(self) -> bool:
        """More money per period, or from paying by the month to paying by the year."""
        if self.running.interval is not self.wanted.interval:
            return self.wanted.months > self.running.months
        return self.wanted.price.minor >= self.running.price.minor

    @property
    def is_now(self) -> bool:
        """As the customer said; else an upgrade is made at once, and a downgrade at the end of the period."""
        return self.is_upgrade if self.when is None else self.when == "now"


def find_change(session: Session, subscription: Subscription, command: ChangePlan) -> Change:
    """The choice at its newest price, or the running terms for who only takes back a planned change to another plan.

    Those who stay keep what they have, also when it costs more by now or is on offer no more. A planned step to a newer
    version of the same plan is a migration, and not the customer's to take back. Raises Rejected `plan_not_found` or
    `price_not_found`.
    """
    price_ids = [price_id for price_id in (subscription.price_id, subscription.next_price_id) if price_id is not None]
    terms = terms_of(session, price_ids)
    running, planned = terms[price_ids[0]], terms[price_ids[-1]]
    chosen = command.plan.plan, Interval(command.plan.interval), command.plan.currency
    if _name(running) == chosen != _name(planned):
        return Change(running, running, command.when)
    return Change(running, find_terms(session, *chosen), command.when)


def check_change(session: Session, subscription: Subscription, change: Change) -> None:
    """Whether it can be made now, whatever it costs.

    Raises Rejected `subscription_state` unless it is active or in its trial and run by us, `currency_differs`,
    `same_plan`, `subscription_ends` for a step that the next period would begin with and, while an invoice is not paid,
    `invoice_open`: what was not paid must not be given back.
    """
    if subscription.status not in (SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING):
        detail = f"The plan of a subscription that is {subscription.status} cannot be changed."
        raise Rejected("subscription_state", detail, status=409)
    if subscription.collection is not Collection.CASHBEAT:
        raise Rejected("subscription_state", "The gateway runs this subscription; change it there.", status=409)
    if subscription.currency != change.wanted.price.currency:
        raise Rejected("currency_differs", f"The subscription is billed in {subscription.currency}.", status=409)
    if subscription.price_id == change.wanted.price_id and subscription.next_price_id is None:
        raise Rejected("same_plan", "The subscription is on this plan already.", status=409)
    if subscription.cancel_at_period_end and not change.is_now and subscription.price_id != change.wanted.price_id:
        detail = "The subscription ends with its period, and there is no next one: reactivate it first."
        raise Rejected("subscription_ends", detail, status=409)
    if has_open_invoice(session, subscription.id):
        raise Rejected("invoice_open", "An invoice of the subscription is not paid yet.", status=409)


def _name(terms: PlanTerms) -> tuple[str, Interval, str]:
    """A plan as customers name it: whichever version."""
    return terms.plan_slug, terms.interval, terms.price.currency
