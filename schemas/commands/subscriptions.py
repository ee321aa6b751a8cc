"""Commands about subscriptions."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool

from schemas.amounts import Quantity, TrialDays
from schemas.commands.base import Command
from schemas.commands.manual_payments import Fingerprint
from schemas.currencies import Currency
from schemas.instants import Instant
from schemas.names import CouponCode, GatewayName, Slug
from schemas.plan_change_views import ChangedSubscriptionView
from schemas.urls import Url
from schemas.views.results import SubscriptionPageView
from schemas.views.subscriptions import SubscriptionView


class ServiceItem(BaseModel):
    """A service to be billed with a subscription, by its slug."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: Slug
    quantity: Quantity = 1


def _each_once(items: tuple[ServiceItem, ...]) -> tuple[ServiceItem, ...]:
    named = [item.service for item in items]
    if len(set(named)) < len(named):
        raise ValueError("must name each service once; give its quantity instead")
    return items


class PlanChoice(BaseModel):
    """A plan at its newest price for an interval and a currency."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    plan: Slug
    interval: Literal["month", "year"] = "month"
    currency: Currency = "USD"


class CreateSubscription(Command):
    """Subscribe an account; Cashbeat runs the cycle. By card needs a saved card, also for a trial without a payment.

    `trial_days` overrides the plan's; the coupon discounts the plan's price. With `allow_another` a second subscription
    of the plan may run beside a first, with `allow_trial_again` the account may have had a trial of it.
    """

    kind = "create_subscription"
    permission = "subscriptions:write"
    begins = True
    result_view = SubscriptionView

    account_id: UUID
    plan: PlanChoice
    pay_by: Literal["card", "transfer"] = "card"
    trial_days: TrialDays | None = None
    coupon: CouponCode | None = None
    services: Annotated[tuple[ServiceItem, ...], Field(max_length=20), AfterValidator(_each_once)] = ()
    dunning_policy: Slug = "default"
    allow_another: StrictBool = False
    allow_trial_again: StrictBool = False


class StartSubscriptionCheckout(Command):
    """Subscribe an account through the gateway's hosted checkout; the gateway runs the cycle."""

    kind = "start_subscription_checkout"
    permission = "subscriptions:write"
    begins = True
    result_view = SubscriptionPageView

    account_id: UUID
    plan: PlanChoice
    trial_days: TrialDays | None = None
    coupon: CouponCode | None = None
    success_url: Url
    cancel_url: Url
    gateway: GatewayName | None = None
    allow_another: StrictBool = False
    allow_trial_again: StrictBool = False


class OfSubscription(Command):
    """Base of the commands about one subscription."""

    subscription_id: UUID


class PlanWish(OfSubscription):
    """Base of what is said about another plan or interval: `now` with proration, or at the end of the period.

    Without `when` an upgrade happens now and a downgrade at the end of the period. With `allow_another` the account may
    have another subscription of that plan, with `allow_trial_again` the rest of a trial may be a second one of it.
    """

    direction: ClassVar[Literal["up", "down"] | None] = None

    plan: PlanChoice
    when: Literal["now", "period_end"] | None = None
    allow_another: StrictBool = False
    allow_trial_again: StrictBool = False


class Quoted(BaseModel):
    """What a preview has shown: the instant `at` of it, and the `fingerprint` of all that it said."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: Instant
    fingerprint: Fingerprint


class ChangePlan(PlanWish):
    """Go to another plan or interval; with `quoted` exactly as a preview has shown it, or not at all."""

    kind = "change_plan"
    permission = "subscriptions:write"
    begins = True
    result_view = ChangedSubscriptionView

    quoted: Quoted | None = None


class UpgradeSubscription(ChangePlan):
    """The same to what is more: a dearer plan, or to pay by the year. Refused for what is less."""

    kind = "upgrade_subscription"
    direction = "up"


class DowngradeSubscription(ChangePlan):
    """The same to what is less: a cheaper plan, or to pay by the month. Refused for what is more."""

    kind = "downgrade_subscription"
    direction = "down"
    begins = False


class AddService(OfSubscription):
    """Bill a service with the subscription: the rest of this period at once, and every period from the next one on."""

    kind = "add_service"
    permission = "subscriptions:write"
    begins = True

    service: Slug
    quantity: Quantity = 1


class RemoveService(OfSubscription):
    """Bill it no more. What is left of this period is kept on the account."""

    kind = "remove_service"
    permission = "subscriptions:write"

    service: Slug


class CancelSubscription(OfSubscription):
    """End a subscription with its period, or now. Nothing is refunded."""

    kind = "cancel_subscription"
    permission = "subscriptions:write"
    result_view = SubscriptionView

    when: Literal["now", "period_end"] = "period_end"


class ReactivateSubscription(OfSubscription):
    """Take back a cancellation that has not come into force."""

    kind = "reactivate_subscription"
    permission = "subscriptions:write"
    begins = True
    result_view = SubscriptionView


class PauseSubscription(OfSubscription):
    """Stop the cycle. The rest of the paid period is kept and runs on when the subscription is resumed."""

    kind = "pause_subscription"
    permission = "subscriptions:write"
    result_view = SubscriptionView

    resumes_at: Instant | None = None


class ResumeSubscription(OfSubscription):
    """Let a paused subscription run on."""

    kind = "resume_subscription"
    permission = "subscriptions:write"
    begins = True
    result_view = SubscriptionView


class SyncWithGateway(OfSubscription):
    """Ask the gateway what it has of this subscription and its invoices, and bring the books to that."""

    kind = "sync_with_gateway"
    permission = "subscriptions:write"
    result_view = SubscriptionView


COMMANDS: tuple[type[Command], ...] = (
    CreateSubscription,
    StartSubscriptionCheckout,
    ChangePlan,
    UpgradeSubscription,
    DowngradeSubscription,
    AddService,
    RemoveService,
    CancelSubscription,
    ReactivateSubscription,
    PauseSubscription,
    ResumeSubscription,
    SyncWithGateway,
)
