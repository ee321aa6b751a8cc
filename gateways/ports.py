"""What may be asked of a gateway, one protocol per capability. A vendor offers some of them; see `gateways.gateway`.

Every method raises `billing.errors.Rejected` or `billing.errors.Unavailable` and nothing else on purpose; any other
exception is a bug. From a method that only reads, an `Unavailable` means "no answer", `ambiguous` or not. Calls block;
none is made inside a database transaction.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from billing.money import AmountRule
from schemas.documents import EmailFacts, SentEmail
from schemas.facts.customers import CardFact, ClockFact, CustomerFact, CustomerRequest, SetupRequest
from schemas.facts.events import Concern
from schemas.facts.invoices import GatewayInvoiceFact
from schemas.facts.payments import ChargeRequest, CheckoutFact, CheckoutRequest, MarkedPaymentFact, PaymentFact
from schemas.facts.reversals import RefundRequest, ReversalFact, ReversedPaymentFact
from schemas.facts.subscriptions import SubscriptionCheckoutRequest, SubscriptionFact
from schemas.facts.terms import CouponRequest, PriceRequest, TaxRateRequest

EVENTS_LIMIT = 10_000  # an hour at three payments a second; a caller with more narrows its window


@dataclass(frozen=True, slots=True)
class Limits:
    """What a vendor allows, as data.

    A key is honoured for `key_window`, with a margin for a slow retry taken off; a stored failure may be repeated under
    it, so after `same_key_attempts` tries we look for what they did, then take a new one. `calls_per_second` is what
    all workers together may ask. `amounts` says by currency which amounts it takes: if it names any, it takes no other.
    `concerns` tells for each event type that is handled what it is about. `method_name` is printed on documents, and
    `method_ref` is the shape of its references to saved methods, as a regular expression. `changes_at_renewal`: the
    price of a subscription that it runs changes with the next period alone; `leaves_ends`: one that is to end with its
    period is ended by us. A charge that was made longer than
    `charges_listed_after` ago is found by `find_charge`; of a younger one that it does not find nothing is known.
    """

    key_window: timedelta
    calls_per_second: float
    concerns: Mapping[str, Concern]
    method_name: str
    method_ref: str = ".+"
    same_key_attempts: int = 3
    changes_at_renewal: bool = False
    leaves_ends: bool = False
    charges_listed_after: timedelta = timedelta(0)
    amounts: Mapping[str, AmountRule] = field(default_factory=dict)


class HostedCheckout(Protocol):
    """Customers pay on a page of the gateway's."""

    def open_checkout(self, request: CheckoutRequest) -> CheckoutFact:
        """Open a hosted checkout; the same request under the same key returns the same checkout."""

    def fetch_payment(self, *, checkout_ref: str = "", payment_ref: str = "") -> PaymentFact | None:
        """What the gateway says now about one payment, by either reference; None when it does not know it."""

    def close_checkout(self, checkout_ref: str) -> PaymentFact | None:
        """Close a page, so that nobody can pay on it any more, and say what became of its payment.

        One that was paid meanwhile is captured, or still processed; closing it again changes nothing. None: the gateway
        has forgotten the page, on which nobody has paid and nobody will.
        """

    def find_checkout(
        self,
        attempt_id: str,
        *,
        created_after: datetime,
        created_before: datetime | None = None,
        customer_ref: str = "",
    ) -> CheckoutFact | None:
        """Search for the checkout of an attempt whose answer was lost, once its idempotency key is too old to repeat.

        None means that the gateway has none in that window. A search that meets its limit raises `Unavailable`,
        because "not among those I looked at" must not be read as "does not exist".
        """


class SavedMethods(Protocol):
    """The gateway keeps customers and their cards."""

    def create_customer(self, request: CustomerRequest) -> str:
        """The reference of a customer made for an account; the same key gives the same customer."""

    def find_customer(self, account_id: str, *, email: str, created_after: datetime) -> str:
        """The customer made for this account whose answer was lost; empty when there is none.

        Customers on a test clock are not found. A search that meets its limit raises `Unavailable`.
        """

    def fetch_customer(self, customer_ref: str) -> CustomerFact | None:
        """The customer now, also when deleted; None when the gateway never knew it."""

    def open_setup(self, request: SetupRequest) -> CheckoutFact:
        """A hosted page on which the customer saves a card for off-session use."""

    def fetch_card(self, *, card_ref: str = "", setup_ref: str = "", checkout_ref: str = "") -> CardFact | None:
        """A saved card by its reference or by the set-up or hosted page it was saved on; None when there is none."""

    def make_default(
        self, customer_ref: str, card_ref: str, *, idempotency_key: str, unless_newer: bool = False
    ) -> bool:
        """Attach the card to the customer if it is not yet, and charge it by default from now on.

        That includes the customer's running subscriptions; their open invoices are tried with it at once, and a decline
        is no error. What is charged to the card already is not touched. With `unless_newer` the answer is false, and
        the default stays, when that card was made after this one or was chosen after this key had its effect. Rejected
        if the card's bank refuses to save it.
        """

    def detach(self, card_ref: str, *, idempotency_key: str) -> None:
        """Forget a card, for good: nobody can charge it any more. Done already, or never there: nothing happens."""


class OffSessionCharge(Protocol):
    """The gateway charges saved cards while the customer is away."""

    def charge(self, request: ChargeRequest) -> PaymentFact:
        """Charge a saved card off-session. A decline is an answer (status failed and its code), not an error.

        A card that asks for the customer's presence has failed with `authentication_required`. Rejected
        `amount_too_small` where no card can be charged so little, whatever the vendor's table says of the currency.
        """

    def find_charge(
        self, attempt_id: str, *, customer_ref: str, created_after: datetime, created_before: datetime
    ) -> PaymentFact | None:
        """Search for the charge of an attempt whose answer was lost and whose key is too old to repeat.

        None means that the gateway has none in that window, as far as it lists charges (see `Limits`), or that a repeat
        brings it back; a search that meets its limit raises `Unavailable`.
        """

    def fetch_payment(self, *, checkout_ref: str = "", payment_ref: str = "") -> PaymentFact | None:
        """What the gateway says now about one charge; None when it does not know it."""

    def cancel_charge(self, payment_ref: str) -> PaymentFact:
        """Stop a charge that has no outcome yet, and say what became of it.

        Stopped it has expired; one that was captured or declined meanwhile stays that. Pending: it cannot be stopped.
        """


class RunsSubscriptions(Protocol):
    """The gateway runs the cycle of subscriptions itself."""

    def ensure_price(self, request: PriceRequest) -> str:
        """The gateway's reference of our price, made when it is missing. May be called again and again.

        Raises Rejected `gateway_price_differs` when the gateway has another amount under our id.
        """

    def ensure_coupon(self, request: CouponRequest) -> str:
        """The gateway's reference of our coupon, made when it is missing. May be called again and again.

        Raises Rejected `gateway_coupon_differs` when the gateway takes off something else under our id.
        """

    def ensure_tax_rate(self, request: TaxRateRequest) -> str:
        """The gateway's reference of our rate of tax, made when it is missing. May be called again and again."""

    def open_subscription_checkout(self, request: SubscriptionCheckoutRequest) -> CheckoutFact:
        """Open a hosted checkout that starts a subscription."""

    def fetch_subscription(self, *, subscription_ref: str = "", checkout_ref: str = "") -> SubscriptionFact | None:
        """The subscription now, by its own reference or by the checkout that started it; None while there is none."""

    def fetch_invoice(self, invoice_ref: str) -> GatewayInvoiceFact | None:
        """An invoice of a subscription now; None when the gateway does not know it or it is of no subscription."""

    def list_invoices(
        self, subscription_ref: str, *, created_after: datetime | None = None
    ) -> list[GatewayInvoiceFact]:
        """The subscription's newest invoices, at most a hundred, oldest first.

        Their `charge_ref` and `failure_code` may be empty: only `fetch_invoice` is sure to tell them.
        """

    def change_price(
        self, subscription_ref: str, item_ref: str, price_ref: str, *, prorate: bool, idempotency_key: str
    ) -> SubscriptionFact:
        """Put the item on another price; with `prorate` the difference is invoiced at once, and paid for first.

        If the card declines, nothing changes but that the subscription has a `pending` change: it is made when the open
        invoice is paid, and dropped with it when it is not. Another one takes the place of one that is pending. Where
        the customer has to agree first, it has an `approval_url`, and nothing else changes.
        """

    def void_invoice(self, invoice_ref: str, *, idempotency_key: str) -> None:
        """Nobody is to pay this open invoice any more; a change that waits for it is dropped. May be called again.

        Raises Rejected when it was paid.
        """

    def set_tax(self, subscription_ref: str, tax_ref: str, *, idempotency_key: str) -> SubscriptionFact:
        """Put the invoices to come on this rate of tax alone, or (empty) on none."""

    def set_cancellation(self, subscription_ref: str, *, at_period_end: bool, idempotency_key: str) -> SubscriptionFact:
        """Let it end with its period, or (false) take that back."""

    def cancel_now(self, subscription_ref: str, *, idempotency_key: str) -> SubscriptionFact:
        """End it now, without a refund. A repeat returns it as it ended."""

    def pause_collection(self, subscription_ref: str, *, paused: bool, idempotency_key: str) -> SubscriptionFact:
        """Stop collecting (invoices of that time are void), or collect again."""

    def open_portal(self, customer_ref: str, *, return_url: str) -> str:
        """The address of the gateway's own page on which a customer manages subscriptions and cards."""


class Refunds(Protocol):
    """The gateway gives captured money back."""

    def refund(self, request: RefundRequest) -> ReversalFact:
        """Give back a part or all of a captured payment; the same key gives it back once.

        Rejected where the gateway gives nothing back: more than is left of the payment, or one that is disputed.
        """

    def find_refund(self, refund_id: str, *, payment_ref: str) -> ReversalFact | None:
        """The refund of a payment that bears our id, whatever became of its answer; None: it was never made.

        A search that meets its limit raises `Unavailable`.
        """


class Reversals(Protocol):
    """The gateway tells which captured money has left again, whoever gave it back or took it."""

    def fetch_reversals(self, charge_ref: str) -> ReversedPaymentFact | None:
        """All refunds and disputes of one charge as they stand now; None when the gateway does not know the charge."""


class MarkedPayments(Protocol):
    """The gateway lists the payments that we asked it for, with what we marked them with."""

    def list_marked(self, created_after: datetime) -> Iterator[MarkedPaymentFact]:
        """Every payment that bears our mark and was asked for since then, whatever became of it."""


class EventsList(Protocol):
    """The gateway lists what it told by webhook."""

    def list_events(
        self,
        *,
        created_after: datetime,
        types: Sequence[str],
        created_before: datetime | None = None,
        limit: int = EVENTS_LIMIT,
    ) -> Iterator[bytes]:
        """Raw JSON of the gateway's events of a window (both ends included), newest first, each equal in meaning to its
        webhook's body.

        At most `limit` are given; exactly `limit` means that older ones may be missing.
        """


class Shortcomings(Protocol):
    """The gateway tells how it was set up for us by a person."""

    def list_shortcomings(self, webhook_path: str, webhook_secrets: Sequence[str]) -> list[str]:
        """What is missing there, a sentence each; empty when nothing is.

        Our door takes events at `webhook_path` and checks them by these; none where they are not known.
        """


class VirtualClocks(Protocol):
    """The gateway lets time pass for customers that were made on a clock of its own."""

    def create_clock(self, name: str, frozen_at: datetime, *, idempotency_key: str) -> ClockFact:
        """A test clock for customers made with it."""

    def advance_clock(self, clock_ref: str, frozen_at: datetime) -> ClockFact:
        """Let time go on until then. Not ready at once: ask again."""

    def fetch_clock(self, clock_ref: str) -> ClockFact:
        """The test clock now."""


class EmailGateway(Protocol):
    """A sender of e-mail; `key_window` is how long it honours an idempotency key, with a margin taken off."""

    key_window: timedelta

    def send(self, email: EmailFacts, *, sender: str, idempotency_key: str) -> str | None:
        """Hand an e-mail over and return the vendor's id for it; a repeat under the key sends nothing twice.

        None where another e-mail went out under the key: an earlier try had no answer, and the news has moved on since.
        """

    def list_sent(self, since: datetime) -> Iterator[SentEmail]:
        """What was handed over since then, newest first."""
