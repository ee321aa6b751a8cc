"""Captures: the money is taken once, and whatever PayPal refuses, the order tells what became of it."""

from collections.abc import Callable
from typing import Any

import pytest

from billing.errors import Rejected, Unavailable
from gateways.paypal.connection import request_id
from schemas.facts.payments import CaptureRequest, PaymentFact, PaymentStatus
from tests.gateways.loopback import Script, ScriptedServer
from tests.gateways.paypal.objects import ATTEMPT, CAPTURE_REF, ORDER_REF, PAGE, capture, order
from tests.gateways.paypal.paypal_script import answered, asked_of, gateway_at, refused, script

Scripted = Callable[[Script], ScriptedServer]
TAKE, LOOK = f"POST /v2/checkout/orders/{ORDER_REF}/capture", f"GET /v2/checkout/orders/{ORDER_REF}"
REQUEST = CaptureRequest(ATTEMPT, f"cashbeat/capture/{ATTEMPT}", ORDER_REF)


def captured(scripted: Scripted, told: object, now: dict[str, Any] | None = None) -> PaymentFact:
    server = scripted(script({TAKE: told} | ({LOOK: now} if now else {})))
    return gateway_at(server.url).capture(REQUEST)


def test_a_capture_is_asked_for_under_its_key(scripted: Scripted) -> None:
    server = scripted(script({TAKE: order("COMPLETED", capture())}))
    payment = gateway_at(server.url).capture(REQUEST)
    assert (payment.status, payment.payment_ref, payment.amount_minor) == (PaymentStatus.CAPTURED, CAPTURE_REF, 2999)
    (call,) = asked_of(server)
    assert call.headers["paypal-request-id"] == request_id(REQUEST.idempotency_key)
    assert call.json == {}


def test_a_capture_that_is_processed_waits_for_nobody(scripted: Scripted) -> None:
    payment = captured(scripted, order("COMPLETED", capture("PENDING", status_details={"reason": "ECHECK"})))
    assert (payment.status, payment.page_url, payment.payment_ref) == (PaymentStatus.PENDING, "", CAPTURE_REF)


def test_what_was_captured_already_is_looked_up(scripted: Scripted) -> None:
    payment = captured(scripted, refused("ORDER_ALREADY_CAPTURED"), order("COMPLETED", capture()))
    assert (payment.status, payment.payment_ref) == (PaymentStatus.CAPTURED, CAPTURE_REF)


def test_what_nobody_has_approved_waits_on_its_page(scripted: Scripted) -> None:
    payment = captured(scripted, refused("ORDER_NOT_APPROVED"), order())
    assert (payment.status, payment.page_url) == (PaymentStatus.PENDING, PAGE)


@pytest.mark.parametrize("now", [order("APPROVED"), order("PAYER_ACTION_REQUIRED")])
@pytest.mark.parametrize("issue", ["INSTRUMENT_DECLINED", "PAYER_ACTION_REQUIRED"])
def test_a_buyer_whose_money_was_refused_chooses_another_way_on_the_page(
    scripted: Scripted, issue: str, now: dict[str, Any]
) -> None:
    payment = captured(scripted, refused(issue), now)
    assert (payment.status, payment.page_url) == (PaymentStatus.PENDING, PAGE)


def test_the_refusal_itself_may_tell_where(scripted: Scripted) -> None:
    where = [{"rel": "redirect", "href": "https://www.paypal.com/checkoutnow?token=AGAIN"}]
    payment = captured(scripted, refused("INSTRUMENT_DECLINED", links=where), order("APPROVED"))
    assert payment.page_url == "https://www.paypal.com/checkoutnow?token=AGAIN"


def test_without_a_page_there_is_no_other_way(scripted: Scripted) -> None:
    payment = captured(scripted, refused("INSTRUMENT_DECLINED"), order("APPROVED", links=[]))
    assert (payment.status, payment.failure_code) == (PaymentStatus.FAILED, "instrument_declined")


@pytest.mark.parametrize("issue", ["PAYER_CANNOT_PAY", "TRANSACTION_REFUSED"])
def test_a_decline_for_good_has_failed(scripted: Scripted, issue: str) -> None:
    payment = captured(scripted, refused(issue), order("APPROVED"))
    assert (payment.status, payment.failure_code, payment.attempt_id) == (PaymentStatus.FAILED, issue.lower(), ATTEMPT)


def test_that_the_attempt_was_paid_before_is_no_decline(scripted: Scripted) -> None:
    with pytest.raises(Unavailable, match="was paid before") as unknown:
        captured(scripted, refused("DUPLICATE_INVOICE_ID"), order("APPROVED"))
    assert unknown.value.ambiguous


BUSY = [refused("PREVIOUS_REQUEST_IN_PROGRESS", "409 Conflict"), refused("ORDER_COMPLETION_IN_PROGRESS")]


@pytest.mark.parametrize("busy", BUSY)
def test_what_somebody_else_captures_at_the_same_moment_is_looked_up_once(scripted: Scripted, busy: bytes) -> None:
    payment = captured(scripted, busy, order("COMPLETED", capture()))
    assert (payment.status, payment.payment_ref) == (PaymentStatus.CAPTURED, CAPTURE_REF)
    with pytest.raises(Unavailable, match="is busy"):
        captured(scripted, busy, order("APPROVED"))


def test_what_was_closed_has_expired(scripted: Scripted) -> None:
    now = order("APPROVED", intent="AUTHORIZE")
    assert captured(scripted, refused("ACTION_DOES_NOT_MATCH_INTENT"), now).status is PaymentStatus.EXPIRED


def test_what_paypal_has_forgotten_is_refused(scripted: Scripted) -> None:
    with pytest.raises(Rejected) as refusal:
        captured(scripted, answered({"name": "RESOURCE_NOT_FOUND"}, "404 Not Found"))
    assert (refusal.value.code, refusal.value.status) == ("resource_not_found", 404)


def test_a_fault_of_ours_is_no_outcome(scripted: Scripted) -> None:
    with pytest.raises(Rejected, match="invalid_parameter_value"):
        captured(scripted, refused("INVALID_PARAMETER_VALUE"), order("APPROVED"))


@pytest.mark.parametrize(
    ("told", "ambiguous"),
    [
        (b"", True),
        (refused("INTERNAL", "500 No"), True),
        (refused("PREVIOUS_REQUEST_IN_PROGRESS", "409 Conflict"), True),
        (answered({"name": "RATE_LIMIT_REACHED"}, "429 Slow"), False),
        (refused("PAYEE_ACCOUNT_RESTRICTED"), False),
        (order("COMPLETED", capture(), id="ANOTHER"), True),
    ],
)
def test_weather_is_no_outcome_either(scripted: Scripted, told: object, ambiguous: bool) -> None:
    with pytest.raises(Unavailable) as unknown:
        captured(scripted, told, order("APPROVED"))
    assert unknown.value.ambiguous is ambiguous
