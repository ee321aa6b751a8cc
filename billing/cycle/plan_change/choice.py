"""What was chosen, when it is to happen, and whether the subscription can be changed at all."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from billing.catalog.plans import find_terms, terms_of
from billing.catalog.tables import Interval
from billing.catalog.terms import PlanTerms
from billing.cycle.pricing.check_period import check_period
from billing.cycle.pricing.discounts import lasting_discount
from billing.cycle.start.admit import check_only_one, check_trial_unused
from billing.errors import Rejected
from billing.invoices.queries import has_disputed_invoice, has_open_invoice
from billing.subscriptions.pending_changes import find_pending_change
from billing.subscriptions.queries import additions_of
from billing.subscriptions.rules import is_in_trial
from billing.subscriptions.tables import Collection, PayBy, PendingChange, Subscription, SubscriptionStatus
from schemas.commands.subscriptions import PlanWish


class ChangeResult(StrEnum):
    """What becomes of a wish: it is done, waits for its payment, or is planned for the next period.

    To approve: its gateway waits for the customer to agree.
    """

    MADE = "made"
    PENDING = "pending"
    PLANNED = "planned"
    TO_APPROVE = "to_approve"


@dataclass(frozen=True, slots=True)
class Change:
    """What was chosen: the plan now, the plan wanted, and `now` or `period_end` if the customer said when.

    `planned` is the plan of the next period, if that is another. `pending` is the change that waits for its payment
    already: this one takes its place. `allows_another`: the account may have two subscriptions of the plan wanted;
    `allows_trial_again`: also a second trial of it.
    """

    running: PlanTerms
    wanted: PlanTerms
    when: str | None
    planned: PlanTerms | None
    pending: PendingChange | None
    allows_another: bool
    allows_trial_again: bool

    @property
    def is_stay(self) -> bool:
        """The present plan at its present price: what was to come is taken back."""
        return self.wanted.price_id == self.running.price_id

    @property
    def is_migrating(self) -> bool:
        """The next period brings a newer version of the same plan, for everybody."""
        return self.planned is not None and _name(self.planned) == _name(self.running)

    @property
    def is_other_plan(self) -> bool:
        """Another one on the price list, not only another price of the same."""
        return self.wanted.plan_slug != self.running.plan_slug

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


def find_change(session: Session, subscription: Subscription, command: PlanWish) -> Change:
    """The choice at its newest price, or the running terms for who only takes back a change to another plan.

    It may be planned, or wait for its payment. Those who stay keep what they have, also when it costs more by now or is
    on offer no more. A planned step to a newer version of the same plan is a migration, and not the customer's to take
    back. Raises Rejected `plan_not_found` or `price_not_found`; and `not_an_upgrade` or `not_a_downgrade` where the
    command says the direction and the plan lies in the other one.
    """
    pending = find_pending_change(session, subscription.id)
    price_ids = (subscription.price_id, subscription.next_price_id, pending.price_id if pending else None)
    terms = terms_of(session, [price_id for price_id in price_ids if price_id])
    running = terms[subscription.price_id]
    planned = terms[subscription.next_price_id] if subscription.next_price_id else None
    chosen = command.plan.plan, Interval(command.plan.interval), command.plan.currency
    is_back = _name(running) == chosen and any(_name(each) != chosen for each in terms.values())
    wanted = running if is_back else find_terms(session, *chosen)
    admitted = command.allow_another, command.allow_trial_again
    change = Change(running, wanted, command.when, planned, pending, *admitted)
    _check_direction(change, command.direction)
    return change


def _check_direction(change: Change, direction: str | None) -> None:
    """Whoever takes a change back stays where they are, which is neither up nor down."""
    if change.is_stay or direction is None or change.is_upgrade is (direction == "up"):
        return
    code, word = ("not_an_upgrade", "less") if direction == "up" else ("not_a_downgrade", "not less")
    raise Rejected(code, f"{change.wanted.plan_slug!r} is {word} than the present plan.", status=409)


def check_change(session: Session, subscription: Subscription, change: Change) -> None:
    """Whether it can be made now, whatever it costs.

    Raises Rejected `subscription_state` unless it is active or in its trial and run by us, `currency_differs`,
    `same_plan`, `already_subscribed` and `trial_used` (see `check_admitted`), `subscription_ends` for a step that the
    next period would begin with and, while an invoice is not paid, `invoice_open`: what was not paid must not be given
    back. That of a change that waits is dropped for this one. For the same reason a change that begins now is refused
    with `payment_disputed`, while what was paid for the present period is disputed, or was charged back. And
    `amount_too_large` for a plan whose periods no card can be charged.
    """
    if subscription.status not in (SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING):
        detail = f"The plan of a subscription that is {subscription.status} cannot be changed."
        raise Rejected("subscription_state", detail, status=409)
    if subscription.collection is not Collection.CASHBEAT:
        raise Rejected("subscription_state", "A gateway runs this subscription, and alone knows the cost.", status=409)
    if subscription.currency != change.wanted.price.currency:
        raise Rejected("currency_differs", f"The subscription is billed in {subscription.currency}.", status=409)
    if change.is_stay and change.planned is None and change.pending is None:
        raise Rejected("same_plan", "The subscription is on this plan already.", status=409)
    check_admitted(session, subscription, change)
    if subscription.cancel_at_period_end and not change.is_now and not change.is_stay:
        detail = "The subscription ends with its period, and there is no next one: reactivate it first."
        raise Rejected("subscription_ends", detail, status=409)
    waits_for = change.pending.invoice_id if change.pending else None
    if has_open_invoice(session, subscription.id, besides=waits_for):
        raise Rejected("invoice_open", "An invoice of the subscription is not paid yet.", status=409)
    if change.is_now and not change.is_stay:
        _check_undisputed(session, subscription)
    if subscription.pay_by is PayBy.CARD and not change.is_stay:
        additions, discount = additions_of(session, subscription.id), lasting_discount(subscription)
        check_period(session, subscription.account_id, change.wanted, additions, discount, subscription.period_end)


def _check_undisputed(session: Session, subscription: Subscription) -> None:
    if has_disputed_invoice(session, subscription.id, subscription.period_start):
        detail = "What was paid for this period is disputed, or was charged back: change with the next period."
        raise Rejected("payment_disputed", detail, status=409)


def check_admitted(session: Session, subscription: Subscription, change: Change) -> None:
    """Whether the account may have the plan wanted, as is asked at a start; whoever stays with the plan is not asked.

    Raises Rejected `already_subscribed` when it has the plan in another subscription, or on a page, unless there may be
    another; and `trial_used` when the rest of this trial would be a second one of the plan, unless it may be had again.
    A step at the period's end is made when the trial is over. The caller holds the account's row lock, so that of two
    changes at the same moment the second sees the first; a preview may not.
    """
    if not change.is_other_plan:
        return
    if not change.allows_another:
        check_only_one(session, subscription.account_id, change.wanted.plan_slug, besides=subscription.id)
    if is_in_trial(subscription) and change.is_now and not change.allows_trial_again:
        check_trial_unused(session, subscription, change.wanted.price_id)


def _name(terms: PlanTerms) -> tuple[str, Interval, str]:
    """A plan as customers name it: whichever version."""
    return terms.plan_slug, terms.interval, terms.price.currency
