"""A subscription that a gateway runs, as it has it."""

from dataclasses import dataclass
from datetime import datetime

from schemas.facts.terms import TaxRateFact

# why a page on which a subscription can be started is not closed: its gateway lets nobody do so
START_PAGE_IS_OPEN = "start_page_is_open"


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
    its invoices are to bear; `is_taxed_by_gateway`: the gateway works out the tax by itself. `approval_url` is where
    the customer has to agree to what was asked for last; until they have, nothing of it counts. A gateway that writes
    no invoice before it is paid tells of `failed_tries` since it was paid last, of the last `failure_code`, and when it
    tries again by itself (`retry_at`; None where it does not say so); once it is `unpaid`, it tries no more.
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
    approval_url: str = ""
    failed_tries: int = 0
    failure_code: str = ""
    retry_at: datetime | None = None
