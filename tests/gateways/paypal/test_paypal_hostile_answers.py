"""PayPal may say anything under a 200: what cannot be read is no answer, and whether it acted is unknown."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from billing.errors import Rejected, Unavailable
from gateways.captures import Captures
from gateways.paypal.client import PayPalGateway
from gateways.ports import (
    EventsList,
    HostedCheckout,
    MarkedPayments,
    OffSessionCharge,
    Refunds,
    Reversals,
    RunsSubscriptions,
    SavedMethods,
    Shortcomings,
)
from schemas.facts.payments import CaptureRequest
from schemas.facts.reversals import RefundRequest
from tests.gateways import requests_made as asked
from tests.gateways.loopback import Script, ScriptedServer, http_answer
from tests.gateways.paypal.objects import ATTEMPT, CAPTURE_REF, ORDER_REF, REFUND
from tests.gateways.paypal.paypal_script import TOKEN, TOKEN_CALL, answered, gateway_at, read
from tests.gateways.paypal.subscribing import a_price, a_start
from tests.gateways.test_hostile_answers import ANSWERS, NO_FIELDS

Scripted = Callable[[Script], ScriptedServer]
WALLET_REF = "8kk8451t"
NOON, BEFORE = asked.NOON, asked.NOON - timedelta(days=1)
Asking = Callable[[PayPalGateway], object]
SUBSCRIPTION_REF = "I-BW452GLLEP1G"
PLAN_REF = "P-5ML4271244454362WXNWU5NQ"
PRICE, START = a_price(), a_start(PLAN_REF)
REFUNDED = RefundRequest(REFUND, f"refund/{REFUND}", CAPTURE_REF, 1_000, "USD")
ASKED: dict[str, Asking] = {
    "open_checkout": lambda paypal: paypal.open_checkout(asked.CHECKOUT),
    "fetch_payment by checkout": lambda paypal: paypal.fetch_payment(checkout_ref=ORDER_REF),
    "fetch_payment by payment": lambda paypal: paypal.fetch_payment(payment_ref=CAPTURE_REF),
    "close_checkout": lambda paypal: paypal.close_checkout(ORDER_REF),
    "capture": lambda paypal: paypal.capture(CaptureRequest(ATTEMPT, "capture/1", ORDER_REF)),
    "refund": lambda paypal: paypal.refund(REFUNDED),
    "find_refund": lambda paypal: paypal.find_refund(REFUND, payment_ref=CAPTURE_REF),
    "fetch_reversals": lambda paypal: paypal.fetch_reversals(CAPTURE_REF),
    "open_setup": lambda paypal: paypal.open_setup(asked.SETUP),
    "fetch_card": lambda paypal: paypal.fetch_card(card_ref=WALLET_REF),
    "make_default": lambda paypal: paypal.make_default("C1", WALLET_REF, idempotency_key="1"),
    "charge": lambda paypal: paypal.charge(asked.CHARGE),
    "cancel_charge": lambda paypal: paypal.cancel_charge(CAPTURE_REF),
    "find_charge": lambda paypal: paypal.find_charge("1", customer_ref="C1", created_after=BEFORE, created_before=NOON),
    "ensure_price": lambda paypal: paypal.ensure_price(PRICE),
    "open_subscription_checkout": lambda paypal: paypal.open_subscription_checkout(START),
    "fetch_subscription": lambda paypal: paypal.fetch_subscription(subscription_ref=SUBSCRIPTION_REF),
    "close_checkout of a subscription": lambda paypal: paypal.close_checkout(SUBSCRIPTION_REF),
    "fetch_invoice": lambda paypal: paypal.fetch_invoice(CAPTURE_REF),
    "list_invoices": lambda paypal: paypal.list_invoices(SUBSCRIPTION_REF),
    "change_price": lambda paypal: paypal.change_price(
        SUBSCRIPTION_REF, SUBSCRIPTION_REF, PLAN_REF, prorate=False, idempotency_key="1"
    ),
    "set_cancellation": lambda paypal: paypal.set_cancellation(
        SUBSCRIPTION_REF, at_period_end=True, idempotency_key="1"
    ),
    "cancel_now": lambda paypal: paypal.cancel_now(SUBSCRIPTION_REF, idempotency_key="1"),
    "pause_collection": lambda paypal: paypal.pause_collection(SUBSCRIPTION_REF, paused=True, idempotency_key="1"),
    "list_marked": lambda paypal: list(paypal.list_marked(BEFORE)),
    "list_events": lambda paypal: list(paypal.list_events(created_after=asked.NOON, types=["X"])),
    "list_shortcomings": lambda paypal: paypal.list_shortcomings("/v1/billing/webhooks/paypal/", ["known"]),
}
NAMED_BY_PAYPAL = {"open_checkout", "refund", "open_setup", "charge", "open_subscription_checkout"}
PORTS = (
    *(HostedCheckout, Captures, SavedMethods, OffSessionCharge, Refunds, Reversals, MarkedPayments, EventsList),
    *(Shortcomings, RunsSubscriptions),
)
# PayPal lists no orders, and its customers are made by their wallets; `detach` has no answer
NEVER_ASKED = {"find_checkout", "create_customer", "find_customer", "fetch_customer", "detach"}
# of what PayPal cannot nobody asks it
NEVER_ASKED |= {"ensure_coupon", "ensure_tax_rate", "set_tax", "void_invoice", "open_portal"}
FIELDS = (
    *("amount", "status", "intent", "purchase_units", "links", "payment_source", "create_time", "custom_id", "items"),
    *("supplementary_data", "payments", "dispute_amount", "money_movements", "status_details", "payee"),
    *("events", "webhooks", "payment_source", "customer", "transaction_details", "last_refreshed_datetime"),
    *("total_pages", "billing_info", "billing_cycles", "plan_id", "start_time", "state", "transactions", "plans"),
)


def test_every_method_that_asks_paypal_is_asked_here() -> None:
    methods = {name for port in PORTS for name in vars(port) if not name.startswith("_")}
    assert methods - NEVER_ASKED == {name.partition(" ")[0] for name in ASKED}


def always(told: bytes) -> Callable[[bytes], bytes]:
    """The same to every call but for tokens, which come as they should."""
    return lambda request: answered(TOKEN) if read(request).call == TOKEN_CALL else told


def in_vain(asking: str, server: ScriptedServer) -> bool:
    """Whether the outcome is unknown; whatever else it raises is a bug."""
    try:
        ASKED[asking](gateway_at(server.url))
    except Unavailable as unknown:
        return unknown.ambiguous
    return False


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("asking", ASKED)
def test_what_cannot_be_read_is_an_unknown_outcome(scripted: Scripted, asking: str, answer: str) -> None:
    server = scripted(always(ANSWERS[answer]))
    assert in_vain(asking, server)
    assert not [request for request in server.requests if b"elsewhere" in request]


@pytest.mark.parametrize("asking", sorted(ASKED.keys() - NAMED_BY_PAYPAL))
def test_an_object_of_another_name_is_an_unknown_outcome(scripted: Scripted, asking: str) -> None:
    assert in_vain(asking, scripted(always(http_answer("200 OK", b'{"id": "SOMEBODYELSES"}'))))


@pytest.mark.parametrize("value", NO_FIELDS, ids=repr)
@pytest.mark.parametrize("asking", ASKED)
def test_fields_of_another_kind_are_never_a_bug(scripted: Scripted, asking: str, value: object) -> None:
    def answer(request: bytes) -> bytes:
        call = read(request).call
        named = (ORDER_REF, CAPTURE_REF, WALLET_REF, SUBSCRIPTION_REF, PLAN_REF)
        reference = next((part for part in call.split("/") if part in named), "1")
        told = dict.fromkeys(FIELDS, value) | {"id": "1" if call.endswith("/refund") else reference}
        return answered(TOKEN) if call == TOKEN_CALL else http_answer("200 OK", json.dumps(told).encode())

    server = scripted(answer)
    with suppress(Rejected):  # it may tell what it was told: that there are no disputes, say
        in_vain(asking, server)
    assert server.requests
