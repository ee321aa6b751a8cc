"""Charging a saved card while the customer is away: a decline is an answer, everything else is weather or a mistake."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from billing.errors import Rejected, Unavailable
from gateways.stripe.client import StripeGateway
from schemas.facts.payments import PaymentStatus
from tests.gateways.conversation import read
from tests.gateways.golden_events import VERSION_NEW, golden_object
from tests.gateways.loopback import Script, ScriptedServer, http_answer
from tests.gateways.requests_made import ATTEMPT, CHARGE

Scripted = Callable[[Script], ScriptedServer]
INTENT = "pi_3QaBcDeFgHiJkLmN0pQrStUv"
CHARGED = "ch_3QaBcDeFgHiJkLmN0wXyZ012"


def intent(**changes: Any) -> dict[str, Any]:
    charge = {"id": CHARGED, "object": "charge", "created": 1_793_534_460}
    return golden_object(VERSION_NEW, "payment_intent.succeeded") | {"latest_charge": charge} | changes


def refusal(status: str, error: dict[str, Any]) -> bytes:
    return http_answer(status, json.dumps({"error": error}).encode())


def declined(**error: Any) -> bytes:
    left = intent(status="requires_payment_method", latest_charge=CHARGED)
    return refusal("402 Payment Required", {"type": "card_error", "charge": CHARGED, "payment_intent": left} | error)


def test_a_charge_is_created_and_confirmed_in_one_call(scripted: Scripted) -> None:
    server = scripted(http_answer("200 OK", json.dumps(intent()).encode()))
    fact = StripeGateway("sk_test_made_up", server.url).charge(CHARGE)
    assert (fact.status, fact.attempt_id, fact.payment_ref) == (PaymentStatus.CAPTURED, ATTEMPT, INTENT)
    assert (fact.charge_ref, fact.amount_minor, fact.currency) == (CHARGED, 2999, "USD")
    assert fact.paid_at is not None
    assert fact.paid_at.isoformat() == "2026-11-01T12:01:00+00:00"
    (asked,) = map(read, server.requests)
    assert (asked.call, asked.headers["idempotency-key"]) == ("POST /v1/payment_intents", f"charge/{ATTEMPT}")
    assert asked.form == {
        "amount": "2999",
        "currency": "usd",
        "customer": "cus_1",
        "payment_method": "pm_1",
        "payment_method_types[0]": "card",
        "confirm": "true",
        "off_session": "true",
        "metadata[cashbeat_attempt]": ATTEMPT,
        "expand[0]": "latest_charge",
        "description": "Pro, November 2026",
    }


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ({"code": "card_declined", "decline_code": "insufficient_funds"}, "insufficient_funds"),
        ({"code": "expired_card"}, "expired_card"),
        ({"code": "authentication_required", "decline_code": "authentication_required"}, "authentication_required"),
        ({"code": "authentication_required"}, "authentication_required"),
        ({}, "payment_failed"),
    ],
    ids=ascii,
)
def test_a_decline_is_an_answer(scripted: Scripted, error: dict[str, str], code: str) -> None:
    fact = StripeGateway("sk_test_made_up", scripted(declined(**error)).url).charge(CHARGE)
    assert (fact.failure_code, fact.status, fact.payment_ref) == (code, PaymentStatus.FAILED, INTENT)
    assert (fact.attempt_id, fact.amount_minor, fact.charge_ref) == (ATTEMPT, 2999, CHARGED)


def test_a_decline_without_an_intent_is_an_answer_too(scripted: Scripted) -> None:
    bare = refusal("402 Payment Required", {"type": "card_error", "code": "card_declined"})
    fact = StripeGateway("sk_test_made_up", scripted(bare).url).charge(CHARGE)
    assert (fact.status, fact.payment_ref, fact.failure_code) == (PaymentStatus.FAILED, "", "card_declined")


def test_a_charge_on_its_way_is_pending(scripted: Scripted) -> None:
    processing = http_answer("200 OK", json.dumps(intent(status="processing", latest_charge=None)).encode())
    fact = StripeGateway("sk_test_made_up", scripted(processing).url).charge(CHARGE)
    assert (fact.status, fact.charge_ref, fact.paid_at) == (PaymentStatus.PENDING, "", None)


def test_a_card_that_is_gone_is_a_mistake_and_not_a_decline(scripted: Scripted) -> None:
    gone = refusal("400 Bad Request", {"type": "invalid_request_error", "code": "resource_missing"})
    with pytest.raises(Rejected) as rejected:
        StripeGateway("sk_test_made_up", scripted(gone).url).charge(CHARGE)
    assert rejected.value.code == "resource_missing"


@pytest.mark.parametrize(
    ("answer", "is_ambiguous", "wait"),
    [
        (http_answer("429 Too Many Requests", b'{"error": {"code": "rate_limit"}}', Retry_After="7"), False, 7),
        (http_answer("500 Internal Server Error", b'{"error": {"type": "api_error"}}'), True, None),
        (http_answer("409 Conflict", b'{"error": {"type": "api_error", "code": "lock_timeout"}}'), True, None),
        (b"", True, None),
    ],
    ids=["too many", "broken", "locked", "cut"],
)
def test_no_answer_is_never_read_as_a_decline(
    scripted: Scripted, answer: bytes, is_ambiguous: bool, wait: float | None
) -> None:
    with pytest.raises(Unavailable) as failure:
        StripeGateway("sk_test_made_up", scripted(answer).url).charge(CHARGE)
    assert (failure.value.ambiguous, failure.value.retry_after_seconds) == (is_ambiguous, wait)
