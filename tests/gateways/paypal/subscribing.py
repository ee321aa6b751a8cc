"""A subscription at the running sandbox's PayPal, as its tests tell of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from gateways.paypal.client import PayPalGateway
from gateways.paypal.translate import translate
from schemas.facts.events import EventFact
from schemas.facts.invoices import GatewayInvoiceFact
from schemas.facts.subscriptions import SubscriptionCheckoutRequest, SubscriptionFact
from schemas.facts.terms import PriceRequest
from tests.gateways import requests_made
from tests.gateways.paypal.paypal_sandbox import PayPalSandbox

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def a_price(amount_minor: int = 2_999, interval: str = "month", product: str = "Starter") -> PriceRequest:
    """A price of its own."""
    return PriceRequest(str(uuid4()), product, "USD", amount_minor, interval)


def a_start(price_ref: str, trial_days: int = 0) -> SubscriptionCheckoutRequest:
    """A start of its own."""
    subscription_id = str(uuid4())
    return SubscriptionCheckoutRequest(
        subscription_id=subscription_id,
        idempotency_key=f"cashbeat/subscribe/{subscription_id}",
        customer_ref="",
        customer_email="jane@example.com",
        prices=((price_ref, 1),),
        trial_days=trial_days,
        coupon_ref="",
        success_url=requests_made.THANKS,
        cancel_url=requests_made.CANCELED,
        expires_at=datetime(2100, 1, 1, tzinfo=UTC),
    )


@dataclass
class Subscriber:
    """Somebody with a subscription."""

    gateway: PayPalGateway
    at_paypal: PayPalSandbox
    subscription_id: str
    ref: str

    @property
    def now(self) -> SubscriptionFact:
        """How it stands."""
        fact = self.gateway.fetch_subscription(subscription_ref=self.ref)
        assert fact is not None
        return fact

    @property
    def invoices(self) -> list[GatewayInvoiceFact]:
        """What was billed."""
        return self.gateway.list_invoices(self.ref)

    def bills(self) -> list[int]:
        """The same in short."""
        assert {each.status for each in self.invoices} == {"paid"}
        return [each.paid_minor for each in self.invoices]

    def told(self, event_type: str) -> list[EventFact]:
        """What the list of events tells of it, read as the webhook is, oldest first."""
        facts = map(translate, self.gateway.list_events(created_after=LONG_AGO, types=[event_type]))
        return [fact for fact in facts if fact.subscription_ref == self.ref][::-1]


def a_subscriber(gateway: PayPalGateway, at_paypal: PayPalSandbox, price: PriceRequest) -> Subscriber:
    """Somebody who has just agreed, and paid."""
    asked = a_start(gateway.ensure_price(price))
    page = gateway.open_subscription_checkout(asked)
    at_paypal.subscribe(page.checkout_ref)
    return Subscriber(gateway, at_paypal, asked.subscription_id, page.checkout_ref)
