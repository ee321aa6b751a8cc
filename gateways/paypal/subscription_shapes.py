"""Turns fetched subscriptions into our words. Pure.

https://developer.paypal.com/docs/api/subscriptions/v1/#subscriptions_get
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from billing.periods import Period, boundary
from gateways.paypal.answers import reader
from gateways.paypal.cycles import month_of
from gateways.paypal.notes import Note, Wish, note_of
from gateways.paypal.plan_shapes import Plan
from gateways.paypal.shapes import SUBSCRIPTION_MARK, TRIAL, Json, first_under, ids_under, inside, instant, text
from gateways.paypal.translate import GATEWAY
from schemas.facts.payments import PaymentFact, PaymentStatus
from schemas.facts.subscriptions import ItemFact, SubscriptionFact

ACTIVE, SUSPENDED = "ACTIVE", "SUSPENDED"
# nobody has agreed to it yet
NOT_BEGUN = frozenset({"APPROVAL_PENDING", "APPROVED"})
ENDED = frozenset({"CANCELLED", "EXPIRED"})
# https://developer.paypal.com/docs/subscriptions/customize/payment-failure-retry/
RETRIED_EVERY = timedelta(days=5)


class Failure(NamedTuple):
    """A payment that failed last; without `retry_at` PayPal does not try it again."""

    at: datetime
    reason: str
    retry_at: datetime | None


class Told(NamedTuple):
    """What PayPal tells of a subscription. `trial_end` is its start where free days come before."""

    status: str
    start: datetime
    trial_end: datetime | None
    note: Note | None
    next_at: datetime | None
    paid_at: datetime | None
    failure: Failure | None
    failures: int

    @property
    def billed_at(self) -> datetime | None:
        """When it was billed last, whether or not that was paid."""
        return max((at for at in (self.paid_at, self.failure and self.failure.at) if at), default=None)

    @property
    def is_unpaid(self) -> bool:
        """Whether the payment that failed last has not come since."""
        return self.failure is not None and (self.paid_at is None or self.paid_at < self.failure.at)

    @property
    def is_owed(self) -> bool:
        """Whether PayPal still counts it."""
        is_tried = self.failure is not None and self.failure.retry_at is not None
        return self.is_unpaid and (is_tried or self.failures > 0)

    @property
    def is_to_end(self) -> bool:
        """Whether it is suspended until its period is over, see `notes`."""
        return self.note is not None and self.note.wish is Wish.END

    @property
    def is_past_due(self) -> bool:
        """While it is to end nothing is tried any more, and what was not paid stays so."""
        return self.is_owed if self.status == ACTIVE else self.is_to_end and self.is_unpaid

    @property
    def failed_tries(self) -> int:
        """How often that was tried: PayPal counts payments, not tries, so the days that have gone by tell."""
        if self.failure is None or not self.is_owed:
            return 0
        waited = self.failure.at - boundary(self.start, 1, month_of(self.start, self.failure.at))
        return 1 + max(0, waited // RETRIED_EVERY)


@reader
def is_ours(subscription: Json) -> bool:
    """Whether it bears our mark, and somebody has agreed to it."""
    return bool(_marked(subscription)) and subscription["status"] not in NOT_BEGUN


@reader
def told_of(subscription: Json) -> Told:
    """What matters of it. `billing_info` is missing until the buyer has agreed."""
    info, start = inside(subscription, "billing_info"), instant(subscription["start_time"])
    return Told(
        status=subscription["status"],
        start=start,
        trial_end=start if TRIAL in ids_under(SUBSCRIPTION_MARK, subscription.get("custom_id")) else None,
        note=note_of(text(subscription, "status_change_note")) if subscription["status"] == SUSPENDED else None,
        next_at=_moment(info, "next_billing_time"),
        paid_at=_moment(inside(info, "last_payment"), "time"),
        failure=_failure(inside(info, "last_failed_payment")),
        failures=info.get("failed_payments_count", 0),
    )


@reader
def subscription_of(subscription: Json, plan: Plan) -> SubscriptionFact:
    """A subscription that somebody has agreed to. Its tax is not ours to bring: PayPal bills what was agreed to."""
    told = told_of(subscription)
    period, changed_at = _period(subscription, told, plan), _moment(subscription, "status_update_time")
    ended_at = (changed_at or period.end) if told.status in ENDED else None
    status = _status(told)
    return SubscriptionFact(
        gateway=GATEWAY,
        subscription_ref=subscription["id"],
        subscription_id=_marked(subscription),
        customer_ref="",  # PayPal's payer is nobody that we know
        status=status,
        items=(ItemFact(subscription["id"], plan.price_ref, int(subscription.get("quantity", "1")), plan.price_id),),
        currency=plan.amount.currency,
        anchor=told.start,
        period_start=period.start,
        period_end=period.end,
        trial_end=told.trial_end,
        cancel_at_period_end=told.is_to_end,
        canceled_at=changed_at if told.is_to_end else ended_at,
        ended_at=ended_at,
        is_collection_paused=told.status == SUSPENDED and not told.is_to_end and status != "unpaid",
        is_taxed_by_gateway=True,
        failed_tries=told.failed_tries,
        failure_code=told.failure.reason if told.failure and told.failed_tries else "",
        retry_at=told.failure.retry_at if told.failure and told.status == ACTIVE else None,
    )


def is_subscription_ref(reference: str) -> bool:
    """Whether PayPal calls a subscription like this, and no order, capture or sale."""
    return reference.startswith("I-")


@reader
def started(subscription: Json, plan: Plan) -> PaymentFact:
    """The page of a subscription to which somebody has agreed, as a checkout that is over."""
    return PaymentFact(
        gateway=GATEWAY,
        attempt_id="",
        checkout_ref=subscription["id"],
        payment_ref="",
        charge_ref="",
        customer_ref="",
        status=PaymentStatus.CAPTURED,
        amount_minor=plan.amount.minor,
        currency=plan.amount.currency,
    )


def _status(told: Told) -> str:
    """PayPal suspends what could not be paid, without a word; what a person has suspended there is paused."""
    if told.status in ENDED:
        return "canceled"
    if told.status == SUSPENDED and told.note is None and told.failures:
        return "unpaid"
    if told.is_past_due:
        return "past_due"
    return "trialing" if told.trial_end and not told.billed_at else "active"


def _period(subscription: Json, told: Told, plan: Plan) -> Period:
    """From what was billed last until the next payment; where none is to come, as long as was paid for."""
    if told.billed_at is None and told.trial_end:
        return Period(instant(subscription["create_time"]), told.trial_end)
    month = month_of(told.start, told.billed_at or told.start)
    start = boundary(told.start, 1, month)
    if told.next_at and told.next_at > start:
        return Period(start, told.next_at)
    by_plan = boundary(told.start, 1, month + plan.months)
    return Period(start, max(by_plan, told.note.paid_until) if told.note else by_plan)


def _failure(failed: Json) -> Failure | None:
    if not failed:
        return None
    reason = text(failed, "reason_code").lower() or "payment_denied"
    retry_at = _moment(failed, "next_payment_retry_time")
    return Failure(instant(failed["time"]), reason, retry_at)


def _moment(owner: Json, name: str) -> datetime | None:
    written = text(owner, name)
    return instant(written) if written else None


def _marked(subscription: Json) -> str:
    return first_under(SUBSCRIPTION_MARK, subscription.get("custom_id"))
