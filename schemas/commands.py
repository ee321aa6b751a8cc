"""Commands the API accepts, each with the scope its caller needs. Validated at the door and again by the worker."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool

from schemas.amounts import Credits, PurchasesAMonth, Quantity, TrialDays
from schemas.countries import Country
from schemas.currencies import Currency
from schemas.emails import Email
from schemas.instants import Instant
from schemas.names import CardReference, CouponCode, GatewayName, Line, Name, Slug
from schemas.urls import Url


class Command(BaseModel):
    """Base of all commands: frozen, strict about fields, knows its kind and the scope its caller needs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str]
    scope: ClassVar[str]


class Address(BaseModel):
    """A billing address. `country` is ISO 3166-1 alpha-2, upper case, or XK."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line1: Line = ""
    line2: Line = ""
    city: Line = ""
    region: Line = ""
    postal_code: Line = ""
    country: Country


class OpenAccount(Command):
    """Open an account. Without a slug one is made from the name. On a test clock it lives by that clock's time."""

    kind = "open_account"
    scope = "accounts:write"

    name: Name
    owner: Name
    billing_email: Email
    billing_address: Address
    slug: Slug | None = None
    tax_id: Line = ""
    test_clock_id: UUID | None = None


class StartCreditCheckout(Command):
    """Sell one credit package through the gateway's hosted checkout."""

    kind = "start_credit_checkout"
    scope = "billing:write"

    account_id: UUID
    package: Slug
    success_url: Url
    cancel_url: Url
    gateway: GatewayName | None = None


class PayInvoice(Command):
    """A hosted page on which the customer pays an unpaid invoice in person, with any card."""

    kind = "pay_invoice"
    scope = "billing:write"

    invoice_id: UUID
    success_url: Url
    cancel_url: Url
    gateway: GatewayName | None = None


class ConsumeCredits(Command):
    """Use credits, oldest expiry first. Refused as a whole when the balance is too small."""

    kind = "consume_credits"
    scope = "credits:write"

    account_id: UUID
    amount: Credits
    description: Line = ""


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
    scope = "billing:write"

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
    scope = "billing:write"

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


class ChangePlan(OfSubscription):
    """Go to another plan or interval: `now` with proration, or at the end of the period.

    Without `when` an upgrade happens now and a downgrade at the end of the period. With `allow_another` the account may
    have another subscription of that plan, with `allow_trial_again` the rest of a trial may be a second one of it.
    """

    kind = "change_plan"
    scope = "billing:write"

    plan: PlanChoice
    when: Literal["now", "period_end"] | None = None
    allow_another: StrictBool = False
    allow_trial_again: StrictBool = False


class CancelSubscription(OfSubscription):
    """End a subscription with its period, or now. Nothing is refunded."""

    kind = "cancel_subscription"
    scope = "billing:write"

    when: Literal["now", "period_end"] = "period_end"


class ReactivateSubscription(OfSubscription):
    """Take back a cancellation that has not come into force."""

    kind = "reactivate_subscription"
    scope = "billing:write"


class PauseSubscription(OfSubscription):
    """Stop the cycle. The rest of the paid period is kept and runs on when the subscription is resumed."""

    kind = "pause_subscription"
    scope = "billing:write"

    resumes_at: Instant | None = None


class ResumeSubscription(OfSubscription):
    """Let a paused subscription run on."""

    kind = "resume_subscription"
    scope = "billing:write"


class SyncWithGateway(OfSubscription):
    """Ask the gateway what it has of this subscription and its invoices, and bring the books to that."""

    kind = "sync_with_gateway"
    scope = "billing:write"


class OpenPortal(Command):
    """An address of the gateway's own page, where the customer manages subscriptions and cards."""

    kind = "open_portal"
    scope = "billing:write"

    account_id: UUID
    return_url: Url
    gateway: GatewayName | None = None


class StartCardSetup(Command):
    """A hosted page on which the customer saves a card; it becomes the one that is charged."""

    kind = "start_card_setup"
    scope = "billing:write"

    account_id: UUID
    success_url: Url
    cancel_url: Url
    gateway: GatewayName | None = None


class ChangePaymentMethod(Command):
    """Charge another saved card from now on. What is unpaid is tried again with it at once.

    `card_ref` is the gateway's id of a card that the product collected itself; it is attached to the customer.
    """

    kind = "change_payment_method"
    scope = "billing:write"

    account_id: UUID
    card_ref: CardReference
    gateway: GatewayName | None = None


class SetBalanceWatch(Command):
    """Warn by e-mail when credits fall below a number; null ends it."""

    kind = "set_balance_watch"
    scope = "credits:write"

    account_id: UUID
    warn_below: Credits | None


class SetAutoTopUp(Command):
    """Buy a package by the saved card when credits fall below a number. Setting it again starts a stopped one anew."""

    kind = "set_auto_top_up"
    scope = "credits:write"

    account_id: UUID
    package: Slug
    top_up_below: Credits
    monthly_max: PurchasesAMonth = 3


class EndAutoTopUp(Command):
    """Buy nothing by itself any more."""

    kind = "end_auto_top_up"
    scope = "credits:write"

    account_id: UUID


class CreateTestClock(Command):
    """A clock that stands at an instant until it is advanced. Only while the sandbox or a test key is in use."""

    kind = "create_test_clock"
    scope = "accounts:write"

    name: Name
    frozen_at: Instant
    gateway: GatewayName | None = None


class AdvanceTestClock(Command):
    """Turn a test clock forward. Everything that falls due on the way happens in its order."""

    kind = "advance_test_clock"
    scope = "accounts:write"

    test_clock_id: UUID
    frozen_at: Instant


COMMANDS: dict[str, type[Command]] = {
    command.kind: command
    for command in (
        OpenAccount,
        StartCreditCheckout,
        PayInvoice,
        ConsumeCredits,
        CreateSubscription,
        StartSubscriptionCheckout,
        ChangePlan,
        CancelSubscription,
        ReactivateSubscription,
        PauseSubscription,
        ResumeSubscription,
        SyncWithGateway,
        OpenPortal,
        StartCardSetup,
        ChangePaymentMethod,
        SetBalanceWatch,
        SetAutoTopUp,
        EndAutoTopUp,
        CreateTestClock,
        AdvanceTestClock,
    )
}
SCOPES = (
    "accounts:read",
    "accounts:write",
    "billing:read",
    "billing:write",
    "credits:read",
    "credits:write",
    "operations:read",
)
