"""What we ask of Stripe, to the byte: a repeat under an idempotency key must not differ in one."""

import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from billing.errors import Unavailable
from gateways.stripe.client import StripeGateway
from schemas.facts.payments import CheckoutRequest
from tests.gateways.loopback import ScriptedServer, http_answer

ATTEMPT = "0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a10"
REQUEST = CheckoutRequest(
    attempt_id=ATTEMPT,
    idempotency_key=f"checkout/{ATTEMPT}",
    currency="USD",
    lines=(("Value: 2,000 credits", 2, 2999), ("Umsatzsteuer 19 % & mehr", 1, 1140)),
    customer_ref="",
    customer_email="owner+billing@example.com",
    success_url="https://app.example.com/thanks?session={CHECKOUT_SESSION_ID}",
    cancel_url="https://app.example.com/canceled",
    expires_at=datetime(2026, 11, 1, 12, 30, tzinfo=UTC),
)
OPENED = json.dumps({"id": "cs_test_1", "url": "https://checkout.example.com/1", "status": "open"}).encode()

Scripted = Callable[[bytes], ScriptedServer]


@pytest.fixture
def stripe_server(scripted: Scripted) -> ScriptedServer:
    return scripted(http_answer("200 OK", OPENED))


def sent(server: ScriptedServer) -> tuple[str, dict[str, str], list[tuple[str, str]]]:
    """First line, headers in lower case and form of the latest request."""
    head, _, body = server.requests[-1].decode().partition("\r\n\r\n")
    first_line, *lines = head.split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return first_line, headers, parse_qsl(body, strict_parsing=True)


def test_the_first_purchase_of_a_customer(stripe_server: ScriptedServer) -> None:
    StripeGateway("sk_test_made_up", stripe_server.url).open_checkout(REQUEST)
    first_line, headers, form = sent(stripe_server)
    assert first_line == "POST /v1/checkout/sessions HTTP/1.1"
    assert headers["authorization"] == "Bearer sk_test_made_up"
    assert headers["idempotency-key"] == f"checkout/{ATTEMPT}"
    assert headers["stripe-version"] == "2026-10-28.endive"
    assert form == [
        ("mode", "payment"),
        ("line_items[0][price_data][currency]", "usd"),
        ("line_items[0][price_data][unit_amount]", "2999"),
        ("line_items[0][price_data][product_data][name]", "Value: 2,000 credits"),
        ("line_items[0][quantity]", "2"),
        ("line_items[1][price_data][currency]", "usd"),
        ("line_items[1][price_data][unit_amount]", "1140"),
        ("line_items[1][price_data][product_data][name]", "Umsatzsteuer 19 % & mehr"),
        ("line_items[1][quantity]", "1"),
        ("client_reference_id", ATTEMPT),
        ("metadata[cashbeat_attempt]", ATTEMPT),
        ("payment_intent_data[metadata][cashbeat_attempt]", ATTEMPT),
        ("success_url", "https://app.example.com/thanks?session={CHECKOUT_SESSION_ID}"),
        ("cancel_url", "https://app.example.com/canceled"),
        ("expires_at", "1793536200"),
        ("customer_creation", "always"),
        ("customer_email", "owner+billing@example.com"),
    ]


def test_the_next_purchase_names_the_customer(stripe_server: ScriptedServer) -> None:
    StripeGateway("sk_test_made_up", stripe_server.url).open_checkout(
        dataclasses.replace(REQUEST, customer_ref="cus_1")
    )
    customer_fields = [(name, value) for name, value in sent(stripe_server)[2] if name.startswith("customer")]
    assert customer_fields == [("customer", "cus_1")]


def test_a_repeat_is_the_same_to_the_byte(stripe_server: ScriptedServer) -> None:
    for _ in range(2):
        StripeGateway("sk_test_made_up", stripe_server.url).open_checkout(REQUEST)
    first, second = stripe_server.requests
    assert first == second


def test_nothing_about_this_machine_is_reported(stripe_server: ScriptedServer) -> None:
    gateway = StripeGateway("sk_test_made_up", stripe_server.url)
    for _ in range(2):
        gateway.open_checkout(REQUEST)
    headers = sent(stripe_server)[1]
    assert "x-stripe-client-telemetry" not in headers
    assert {"platform", "telemetry_id"}.isdisjoint(json.loads(headers["x-stripe-client-user-agent"]))


def test_a_proxy_named_in_the_environment_is_used(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = scripted(http_answer("200 OK", OPENED))
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("http_proxy", proxy.url)
    StripeGateway("sk_test_made_up", "http://stripe.example.com").open_checkout(REQUEST)
    assert sent(proxy)[0] == "POST http://stripe.example.com/v1/checkout/sessions HTTP/1.1"


def test_a_redirect_is_not_followed(scripted: Scripted, stripe_server: ScriptedServer) -> None:
    elsewhere = scripted(
        http_answer("307 Temporary Redirect", b"", Location=f"{stripe_server.url}/v1/checkout/sessions")
    )
    with pytest.raises(Unavailable) as caught:
        StripeGateway("sk_test_made_up", elsewhere.url).open_checkout(REQUEST)
    assert (caught.value.ambiguous, len(elsewhere.requests), stripe_server.requests) == (True, 1, [])


def test_a_netrc_cannot_replace_our_key(
    stripe_server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    StripeGateway("sk_test_made_up", stripe_server.url).open_checkout(REQUEST)
    assert sent(stripe_server)[1]["authorization"] == "Bearer sk_test_made_up"
