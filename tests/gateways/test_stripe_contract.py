"""Our idea of Stripe, held against Stripe's own description of its API."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from billing.errors import Rejected, Unavailable
from gateways.gateway import Capability
from gateways.ports import (
    EventsList,
    HostedCheckout,
    OffSessionCharge,
    Refunds,
    Reversals,
    RunsSubscriptions,
    SavedMethods,
    Shortcomings,
    VirtualClocks,
)
from gateways.stripe.client import StripeGateway
from gateways.stripe.translate import HANDLED_TYPES
from gateways.stripe.vendor import open_gateway
from tests.contracts.stripe_openapi import validate_event
from tests.gateways import requests_made as asked
from tests.gateways.conversation import read
from tests.gateways.golden_events import GOLDEN_FILES, VERSION_NEW, golden_event, golden_name
from tests.gateways.loopback import ScriptedServer, http_answer

NEW_FILES = [path for path in GOLDEN_FILES if path.parent.name == VERSION_NEW]
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
PORTS = (
    HostedCheckout,
    SavedMethods,
    OffSessionCharge,
    RunsSubscriptions,
    Refunds,
    Reversals,
    EventsList,
    VirtualClocks,
    Shortcomings,
)
NO_ITEMS = http_answer("200 OK", b'{"object": "list", "data": [], "has_more": false}')
Asking = Callable[[StripeGateway], object]
ASKED: dict[str, Asking] = {
    "open_checkout": lambda stripe: stripe.open_checkout(asked.CHECKOUT),
    "fetch_payment by checkout": lambda stripe: stripe.fetch_payment(checkout_ref="cs_test_1"),
    "fetch_payment by payment": lambda stripe: stripe.fetch_payment(payment_ref="pi_1"),
    "close_checkout": lambda stripe: stripe.close_checkout("cs_test_1"),
    "find_checkout": lambda stripe: stripe.find_checkout(
        "1", created_after=NOON, created_before=NOON, customer_ref="cus_1"
    ),
    "list_events": lambda stripe: list(stripe.list_events(created_after=NOON, types=list(HANDLED_TYPES))),
    "create_customer": lambda stripe: stripe.create_customer(asked.CUSTOMER),
    "find_customer": lambda stripe: stripe.find_customer("1", email="owner@example.com", created_after=NOON),
    "fetch_customer": lambda stripe: stripe.fetch_customer("cus_1"),
    "open_portal": lambda stripe: stripe.open_portal("cus_1", return_url="https://app.example.com/"),
    "open_setup": lambda stripe: stripe.open_setup(asked.SETUP),
    "fetch_card": lambda stripe: stripe.fetch_card(card_ref="pm_1"),
    "fetch_card by setup": lambda stripe: stripe.fetch_card(setup_ref="seti_1"),
    "fetch_card by checkout": lambda stripe: stripe.fetch_card(checkout_ref="cs_test_1"),
    "detach": lambda stripe: stripe.detach("pm_1", idempotency_key="detach/1"),
    "charge": lambda stripe: stripe.charge(asked.CHARGE),
    "cancel_charge": lambda stripe: stripe.cancel_charge("pi_1"),
    "find_charge": lambda stripe: stripe.find_charge(
        "1", customer_ref="cus_1", created_after=NOON, created_before=NOON
    ),
    "ensure_price": lambda stripe: stripe.ensure_price(asked.PRICE),
    "ensure_coupon": lambda stripe: stripe.ensure_coupon(asked.COUPON),
    "ensure_tax_rate": lambda stripe: stripe.ensure_tax_rate(asked.TAX),
    "set_tax": lambda stripe: stripe.set_tax("sub_1", "txr_1", idempotency_key="tax/1"),
    "set_tax to none": lambda stripe: stripe.set_tax("sub_1", "", idempotency_key="tax/2"),
    "open_subscription_checkout": lambda stripe: stripe.open_subscription_checkout(asked.SUBSCRIPTION),
    "fetch_subscription": lambda stripe: stripe.fetch_subscription(subscription_ref="sub_1"),
    "fetch_subscription by checkout": lambda stripe: stripe.fetch_subscription(checkout_ref="cs_test_1"),
    "fetch_invoice": lambda stripe: stripe.fetch_invoice("in_1"),
    "list_invoices": lambda stripe: stripe.list_invoices("sub_1", created_after=NOON),
    "change_price": lambda stripe: stripe.change_price(
        "sub_1", "si_1", "price_1", prorate=True, idempotency_key="change/1"
    ),
    "void_invoice": lambda stripe: stripe.void_invoice("in_1", idempotency_key="void/1"),
    "set_cancellation": lambda stripe: stripe.set_cancellation("sub_1", at_period_end=False, idempotency_key="end/1"),
    "cancel_now": lambda stripe: stripe.cancel_now("sub_1", idempotency_key="end/1"),
    "pause_collection": lambda stripe: stripe.pause_collection("sub_1", paused=True, idempotency_key="pause/1"),
    "resume_collection": lambda stripe: stripe.pause_collection("sub_1", paused=False, idempotency_key="pause/2"),
    "create_clock": lambda stripe: stripe.create_clock("clock", NOON, idempotency_key="clock/1"),
    "advance_clock": lambda stripe: stripe.advance_clock("clock_1", NOON),
    "refund": lambda stripe: stripe.refund(asked.REFUND),
    "find_refund": lambda stripe: stripe.find_refund("1", payment_ref="pi_1"),
    "fetch_reversals": lambda stripe: stripe.fetch_reversals("ch_1"),
    "fetch_clock": lambda stripe: stripe.fetch_clock("clock_1"),
    "list_shortcomings": lambda stripe: stripe.list_shortcomings("/v1/billing/webhooks/stripe/", ["known"]),
}


@pytest.mark.parametrize("path", NEW_FILES, ids=golden_name)
def test_golden_events_of_the_new_version_are_as_described(path: Path) -> None:
    validate_event(golden_event(VERSION_NEW, path.stem))


@pytest.mark.parametrize("asking", ASKED.values(), ids=ASKED)
def test_everything_we_ask_for_is_described(scripted: Callable[[bytes], ScriptedServer], asking: Asking) -> None:
    server = scripted(NO_ITEMS)
    with suppress(Unavailable):  # an empty list is no object of its kind: only the question is looked at here
        asking(StripeGateway("sk_test_made_up", server.url))
    assert server.requests
    for request in server.requests:
        read(request)


# its pages take the money by themselves, and its signatures are checked at the door
NOT_NEEDED = {Capability.CAPTURES, Capability.SIGNATURE_CHECKS}


def test_stripe_offers_all_that_is_asked_of_a_gateway() -> None:
    stripe = open_gateway({"secret_key": SecretStr("sk_test_made_up"), "api_base": "", "calls_per_second": 0})
    offered = {capability for capability in Capability if stripe.can(capability)}
    assert offered == set(Capability) - NOT_NEEDED
    stripe = replace(stripe, offers_refunds=None)
    with pytest.raises(Rejected, match="gateway_cannot: The gateway 'stripe' cannot give money back"):
        stripe.refunds  # noqa: B018 - asking is what is refused


def test_every_method_of_the_gateway_is_asked_here() -> None:
    methods = {name for port in PORTS for name in vars(port) if not name.startswith("_")}
    assert methods - {"make_default"} <= {name.partition(" ")[0] for name in ASKED}
