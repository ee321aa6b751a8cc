"""Talks to Stripe. Each part of what is asked of it is a module of its own; together they are the gateway."""

import stripe

from gateways.connections import TIMEOUT_SECONDS
from gateways.stripe.cards import Cards
from gateways.stripe.catalog import Catalog
from gateways.stripe.charges import Charges
from gateways.stripe.checkouts import Checkouts
from gateways.stripe.clocks import Clocks
from gateways.stripe.customers import Customers
from gateways.stripe.default_card import DefaultCard
from gateways.stripe.events_list import EventsList
from gateways.stripe.invoices import Invoices
from gateways.stripe.marked_payments import MarkedPayments
from gateways.stripe.refunds import Refunds
from gateways.stripe.reversals import Reversals
from gateways.stripe.shapes import API_VERSION
from gateways.stripe.shortcomings import Shortcomings
from gateways.stripe.subscriptions import Subscriptions
from gateways.stripe.transport import KeptConnections

PAGE_LIMIT = 100  # the most that Stripe gives at once
SEARCH_LIMIT = 2_000  # twenty pages; the callers' windows are minutes around an attempt

# the library would otherwise write an id into the home directory and report our timings
stripe.enable_telemetry = False


class StripeGateway(
    Checkouts,
    EventsList,
    Customers,
    Cards,
    DefaultCard,
    Charges,
    Catalog,
    Subscriptions,
    Invoices,
    MarkedPayments,
    Refunds,
    Reversals,
    Clocks,
    Shortcomings,
):
    """All that Stripe offers, see `gateways.ports`.

    One per process, made after the fork: its connections are kept alive. `api_base` points elsewhere than to Stripe
    (the sandbox). `timeout_seconds` is (connect, read). Nothing is retried here: our rows retry, under the same
    idempotency key. `page_limit` and `search_limit` count objects.
    """

    def __init__(
        self,
        secret_key: str,
        api_base: str | None = None,
        timeout_seconds: tuple[float, float] = TIMEOUT_SECONDS,
        *,
        page_limit: int = PAGE_LIMIT,
        search_limit: int = SEARCH_LIMIT,
    ) -> None:
        base = (api_base or stripe.DEFAULT_API_BASE).rstrip("/")
        client = stripe.StripeClient(
            secret_key,
            stripe_version=API_VERSION,
            base_addresses={"api": base},
            http_client=KeptConnections(base, timeout_seconds),
            max_network_retries=0,
        )
        super().__init__(client, page_limit, search_limit)
