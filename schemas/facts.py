"""Gateway events and objects in our words. Vendor names end at the gateways' door."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PaymentStatus(StrEnum):
    """What a gateway says about one payment, in our words."""

    PENDING = "pending"
    CAPTURED = "captured"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class ChargedCard:
    """The card that a payment came by, as its owner knows it; empty where it came otherwise or nobody says."""

    brand: str = ""
    last4: str = ""


NO_CARD_NAMED = ChargedCard()


@dataclass(frozen=True, slots=True)
class PaymentFact:
    """The gateway's own account of one payment, read from the gateway, never from an event's body.

    `attempt_id` is the id we gave it (empty if it is not ours). Amounts are minor units of the upper-case `currency`.
    `failure_code` is the gateway's decline code when status is failed. Times are aware UTC.
    """

    gateway: str
    attempt_id: str
    checkout_ref: str
    payment_ref: str
    charge_ref: str
    customer_ref: str
    status: PaymentStatus
    amount_minor: int
    currency: str
    paid_at: datetime | None = None
    failure_code: str = ""
    card: ChargedCard = NO_CARD_NAMED


class Concern(StrEnum):
    """Which kind of object an event is about; each has one way of asking the gateway for it."""

    PAYMENT = "payment"
    REVERSAL = "reversal"
    SUBSCRIPTION = "subscription"
    INVOICE = "invoice"
    CARD = "card"
    CUSTOMER = "customer"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class EventFact:
    """What an event rings the bell for: an object to be looked up by one of its references, or nothing of ours.

    `attempt_id` and `subscription_id` are hints from metadata. `setup_ref` names a card set-up whose card is not known
    yet. `is_choice`: on the page that the event is about the customer chose the card that is to be charged;
    `is_expiry`: the page ended without a payment.
    """

    gateway: str
    event_id: str
    event_type: str
    concerns: Concern
    checkout_ref: str = ""
    payment_ref: str = ""
    charge_ref: str = ""
    attempt_id: str = ""
    subscription_ref: str = ""
    subscription_id: str = ""
    invoice_ref: str = ""
    card_ref: str = ""
    setup_ref: str = ""
    customer_ref: str = ""
    is_choice: bool = False
    is_expiry: bool = False


@dataclass(frozen=True, slots=True)
class PaymentMarks:
    """What a payment is for, as far as it is known when it is asked for; all of it may be empty.

    `package` is the slug of the credit package that is bought, `cause` what makes the attempt unique in our books.
    """

    account_id: str = ""
    invoice_id: str = ""
    invoice_number: str = ""
    package: str = ""
    cause: str = ""


NO_MARKS = PaymentMarks()


@dataclass(frozen=True, slots=True)
class MarkedPaymentFact:
    """A payment with the marks that it bears, as its gateway has it now: enough for books that have forgotten it."""

    payment: PaymentFact
    marks: PaymentMarks


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    """A hosted checkout to be opened. Parameters are frozen once written: the same attempt always asks for the same.

    `lines` are (description, quantity, unit amount in minor units of `currency`), tax lines included. `saves_method`:
    what the customer pays with can be charged later, while they are away. `marks` are left
    with the gateway beside the attempt's id, for books that may forget them: see `PaymentMarks`.
    """

    attempt_id: str
    idempotency_key: str
    currency: str
    lines: tuple[tuple[str, int, int], ...]
    customer_ref: str
    customer_email: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    saves_method: bool = False
    marks: PaymentMarks = NO_MARKS


@dataclass(frozen=True, slots=True)
class CheckoutFact:
    """An opened checkout: its reference at the gateway and where the customer pays."""

    checkout_ref: str
    url: str
    status: PaymentStatus


@dataclass(frozen=True, slots=True)
class CustomerRequest:
    """A customer to be made at the gateway. `clock_ref` puts it on one of the gateway's test clocks."""

    account_id: str
    idempotency_key: str
    name: str
    email: str
    clock_ref: str = ""


@dataclass(frozen=True, slots=True)
class CustomerFact:
    """A customer as the gateway has it. `card_ref` is its default card, empty when there is none.

    `account_id` is the account that we made it for (empty if it is not ours); of a deleted one nobody can tell.
    """

    gateway: str
    customer_ref: str
    card_ref: str = ""
    is_deleted: bool = False
    account_id: str = ""


@dataclass(frozen=True, slots=True)
class SetupRequest:
    """A hosted page on which a customer saves a card for later charges."""

    account_id: str
    idempotency_key: str
    customer_ref: str
    currency: str
    success_url: str
    cancel_url: str


@dataclass(frozen=True, slots=True)
class CardFact:
    """A saved card as the gateway has it. Without a customer it can no longer be charged."""

    gateway: str
    card_ref: str
    customer_ref: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """An off-session charge of a saved card, in minor units of `currency`. Frozen once written, as every request."""

    attempt_id: str
    idempotency_key: str
    amount_minor: int
    currency: str
    customer_ref: str
    card_ref: str
    description: str
    marks: PaymentMarks = NO_MARKS


@dataclass(frozen=True, slots=True)
class PriceRequest:
    """A recurring price the gateway must know before it can bill it. `price_id` is ours and never changes its meaning.

    `interval` is month or year; `amount_minor` minor units of `currency` per interval.
    """

    price_id: str
    product: str
    currency: str
    amount_minor: int
    interval: str


@dataclass(frozen=True, slots=True)
class CouponRequest:
    """A discount the gateway must know. Either `percent_ppm` or `amount_minor` of `currency` is not zero.

    `periods` is how many billing periods it lasts: 0 for ever. `interval`, month or year, is how long such a period is:
    a gateway may count in months only.
    """

    coupon_id: str
    name: str
    percent_ppm: int
    amount_minor: int
    currency: str
    periods: int
    interval: str = "month"


@dataclass(frozen=True, slots=True)
class TaxRateRequest:
    """A rate of tax, on top of prices, that the gateway must know before it can bill it: 190_000 ppm are 19 %."""

    country: str
    name: str
    rate_ppm: int


@dataclass(frozen=True, slots=True)
class TaxRateFact:
    """A rate of tax at the gateway. One that is not ours was given to the subscription by a person there."""

    tax_ref: str
    name: str
    rate_ppm: int
    is_ours: bool


@dataclass(frozen=True, slots=True)
class SubscriptionCheckoutRequest:
    """A hosted checkout that starts a subscription which the gateway bills.

    `prices` are (the gateway's price, quantity); `tax_ref` is its rate of tax, empty for none.
    """

    subscription_id: str
    idempotency_key: str
    customer_ref: str
    customer_email: str
    prices: tuple[tuple[str, int], ...]
    trial_days: int
    coupon_ref: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    tax_ref: str = ""


@dataclass(frozen=True, slots=True)
class ItemFact:
    """One recurring position of a subscription at the gateway. `price_id` is ours, empty for a foreign price."""

    item_ref: str
    price_ref: str
    quantity: int
    price_id: str = ""


@dataclass(frozen=True, slots=True)
class PendingChangeFact:
    """A change of price that the gateway makes when the subscription's latest invoice is paid, or drops then."""

    price_ref: str
    price_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SubscriptionFact:
    """A subscription as the gateway has it now; `status` in the gateway-neutral words of our own state machine.

    `subscription_id` is the id we gave it (empty if it is not ours). The period is half-open. `taxes` are rates that
    its invoices are to bear; `is_taxed_by_gateway`: the gateway works out the tax by itself.
    """

    gateway: str
    subscription_ref: str
    subscription_id: str
    customer_ref: str
    status: str  # incomplete, trialing, active, past_due, unpaid, paused, canceled, expired
    items: tuple[ItemFact, ...]
    currency: str
    anchor: datetime
    period_start: datetime
    period_end: datetime
    trial_end: datetime | None = None
    cancel_at_period_end: bool = False
    canceled_at: datetime | None = None
    ended_at: datetime | None = None
    card_ref: str = ""
    is_collection_paused: bool = False
    latest_invoice_ref: str = ""
    pending: PendingChangeFact | None = None
    taxes: tuple[TaxRateFact, ...] = ()
    is_taxed_by_gateway: bool = False


@dataclass(frozen=True, slots=True)
class GatewayLineFact:
    """One line of a gateway's invoice. `net_minor` after discounts and without tax; the period is half-open.

    `tax_name` and `tax_rate_ppm` are those of all its taxes together.
    """

    description: str
    quantity: int
    net_minor: int
    tax_minor: int
    price_ref: str
    period_start: datetime
    period_end: datetime
    is_proration: bool
    tax_name: str = ""
    tax_rate_ppm: int = 0


@dataclass(frozen=True, slots=True)
class InvoicePaymentFact:
    """One payment that succeeded for an invoice, in minor units of the invoice's currency; `card_ref` paid it."""

    payment_ref: str
    amount_minor: int
    charge_ref: str = ""
    paid_at: datetime | None = None
    card_ref: str = ""


@dataclass(frozen=True, slots=True)
class GatewayInvoiceFact:
    """An invoice of a subscription that the gateway bills, as the gateway has it now.

    `status` is draft, open, paid, void or uncollectible; `reason` is create, cycle, change or other. `total_minor` may
    be negative (the gateway then credits the customer's balance); `due_minor` is what is asked for after
    `balance_minor` (credit of the customer that was used; negative, a debt from before that is asked for on top) and
    `carried_over_minor` (too small to be charged, and owed with the next invoice), never negative. `paid_minor` is the
    sum of all `payments`, where the gateway names them. `payment_ref` is the one that paid, or is to pay. On `page_url`
    the customer pays it in person.
    """

    gateway: str
    invoice_ref: str
    subscription_ref: str
    subscription_id: str
    customer_ref: str
    reason: str
    status: str
    currency: str
    total_minor: int
    due_minor: int
    paid_minor: int
    balance_minor: int
    lines: tuple[GatewayLineFact, ...]
    finalized_at: datetime | None = None
    paid_at: datetime | None = None
    next_attempt_at: datetime | None = None
    attempts: int = 0
    payment_ref: str = ""
    charge_ref: str = ""
    failure_code: str = ""
    payments: tuple[InvoicePaymentFact, ...] = ()
    carried_over_minor: int = 0
    page_url: str = ""

    @property
    def came(self) -> tuple[InvoicePaymentFact, ...]:
        """Each payment; where none is named, all that was paid is one."""
        if self.payments or not self.paid_minor:
            return self.payments
        return (InvoicePaymentFact(self.payment_ref, self.paid_minor, self.charge_ref, self.paid_at),)


class ReversalKind(StrEnum):
    """Why money left a gateway again."""

    REFUND = "refund"
    DISPUTE = "dispute"
    DISPUTE_FEE = "dispute_fee"


@dataclass(frozen=True, slots=True)
class ReversalFact:
    """A refund, a dispute, or what the gateway takes for one, as it stands now.

    `left_minor` is what has left because of it and has not come back: a refund that failed and a dispute that was won
    have taken nothing. Minor units of `currency`, which for a fee may be another than the payment's.
    """

    kind: ReversalKind
    reversal_ref: str
    left_minor: int
    currency: str
    moved_at: datetime


@dataclass(frozen=True, slots=True)
class ReversedPaymentFact:
    """Everything that has left again of one captured payment, with all references by which our books may know it.

    `attempt_id` and `subscription_id` are the ids that we gave the payment, or the subscription whose invoice it paid;
    empty when neither is ours.
    """

    gateway: str
    charge_ref: str
    payment_ref: str
    reversals: tuple[ReversalFact, ...]
    attempt_id: str = ""
    subscription_id: str = ""
    invoice_ref: str = ""


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Captured money to be given back, in minor units of `currency`. Frozen once written, as every request."""

    refund_id: str
    idempotency_key: str
    payment_ref: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class RefundFact:
    """A refund as the gateway has it."""

    gateway: str
    refund_ref: str
    payment_ref: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class ClockFact:
    """A test clock of the gateway. While it is not ready, the gateway still works through what came due."""

    clock_ref: str
    frozen_at: datetime
    is_ready: bool
