"""Our idea of Stripe, held against Stripe's own description of its API."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateways.stripe.client import StripeGateway
from gateways.stripe.translate import HANDLED_TYPES
from sandbox.forms import parse_form
from schemas.facts import CheckoutRequest
from tests.contracts.stripe_openapi import validate_event, validate_request_form
from tests.gateways.golden_events import GOLDEN_FILES, VERSION_NEW, golden_event, golden_name
from tests.gateways.loopback import ScriptedServer, http_answer

NEW_FILES = [path for path in GOLDEN_FILES if path.parent.name == VERSION_NEW]
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
NO_ITEMS = http_answer("200 OK", b'{"object": "list", "data": [], "has_more": false}')
REQUEST = CheckoutRequest(
    attempt_id="0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a10",
    idempotency_key="checkout/1",
    currency="USD",
    lines=(("Value: 2,000 credits", 1, 2999),),
    customer_ref="",
    customer_email="owner@example.com",
    success_url="https://app.example.com/thanks",
    cancel_url="https://app.example.com/cancelled",
    expires_at=NOON,
)

Asking = Callable[[StripeGateway], object]
ASKED: dict[str, Asking] = {
    "open_checkout": lambda stripe: stripe.open_checkout(REQUEST),
    "fetch_payment by checkout": lambda stripe: stripe.fetch_payment(checkout_ref="cs_test_1"),
    "fetch_payment by payment": lambda stripe: stripe.fetch_payment(payment_ref="pi_1"),
    "find_checkout": lambda stripe: stripe.find_checkout(
        "1", created_after=NOON, created_before=NOON, customer_ref="cus_1"
    ),
    "list_events": lambda stripe: list(stripe.list_events(created_after=NOON, types=list(HANDLED_TYPES))),
}


@pytest.mark.parametrize("path", NEW_FILES, ids=golden_name)
def test_golden_events_of_the_new_version_are_as_described(path: Path) -> None:
    validate_event(golden_event(VERSION_NEW, path.stem))


@pytest.mark.parametrize("asking", ASKED.values(), ids=ASKED)
def test_everything_we_ask_for_exists(scripted: Callable[[bytes], ScriptedServer], asking: Asking) -> None:
    server = scripted(NO_ITEMS)
    with suppress(KeyError):  # an empty list is no session: only the question is looked at here
        asking(StripeGateway("sk_test_made_up", server.url))
    assert server.requests
    for request in server.requests:
        head, _, body = request.decode().partition("\r\n\r\n")
        method, target, _ = head.partition("\r\n")[0].split(" ")
        path, _, query = target.partition("?")
        validate_request_form(method, path, parse_form(query or body))
