"""Orders: what is asked for, and what PayPal's answers mean."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from billing.errors import Unavailable
from gateways.paypal.payments import NotAsAsked, payment_of_order
from schemas.facts.payments import PaymentMarks, PaymentStatus
from tests.gateways import requests_made
from tests.gateways.loopback import Script, ScriptedServer
from tests.gateways.paypal.objects import ACCOUNT, ATTEMPT, CAPTURE_REF, NOON, ORDER_REF, PAGE, capture, money, order
from tests.gateways.paypal.paypal_script import answered, asked_of, gateway_at, refused, script

Scripted = Callable[[Script], ScriptedServer]
CREATE, LOOK = "POST /v2/checkout/orders", f"GET /v2/checkout/orders/{ORDER_REF}"
CLOSE = f"PATCH /v2/checkout/orders/{ORDER_REF}"
INVOICE = "0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a40"
REQUEST = replace(
    requests_made.CHECKOUT,
    lines=(("Value: 2,000 credits", 2, 1_000), ("Tax", 1, 999)),
    marks=PaymentMarks(account_id=ACCOUNT, invoice_id=INVOICE),
)


def test_an_order_says_what_is_bought_by_whom_and_where_to_come_back(scripted: Scripted) -> None:
    server = scripted(script({CREATE: order()}))
    checkout = gateway_at(server.url).open_checkout(REQUEST)
    assert (checkout.checkout_ref, checkout.url, checkout.status) == (ORDER_REF, PAGE, PaymentStatus.PENDING)
    asked = asked_of(server)[0].json
    (unit,) = asked["purchase_units"]
    assert asked["intent"] == "CAPTURE"
    assert unit == {
        "custom_id": f"cashbeat.{ATTEMPT}.{ACCOUNT}.{INVOICE}",
        "invoice_id": ATTEMPT,
        "amount": {**money("29.99"), "breakdown": {"item_total": money("29.99")}},
        "items": [
            {"name": "Value: 2,000 credits", "quantity": "2", "unit_amount": money("10.00")},
            {"name": "Tax", "quantity": "1", "unit_amount": money("9.99")},
        ],
    }
    assert asked["payment_source"]["paypal"]["experience_context"] == {
        "return_url": REQUEST.success_url,
        "cancel_url": REQUEST.cancel_url,
        "user_action": "PAY_NOW",
        "shipping_preference": "NO_SHIPPING",
    }


def test_the_longest_mark_fits_and_a_long_name_is_cut(scripted: Scripted) -> None:
    server = scripted(script({CREATE: order()}))
    gateway_at(server.url).open_checkout(replace(REQUEST, lines=(("x" * 500, 1, 100),)))
    (unit,) = asked_of(server)[0].json["purchase_units"]
    assert len(unit["custom_id"]) <= 127
    assert len(unit["items"][0]["name"]) == 127


def test_an_invoice_that_has_its_number_shows_it_to_the_buyer(scripted: Scripted) -> None:
    server = scripted(script({CREATE: order()}))
    gateway_at(server.url).open_checkout(replace(REQUEST, marks=PaymentMarks(invoice_number="2026-11-000042")))
    (unit,) = asked_of(server)[0].json["purchase_units"]
    assert unit["invoice_id"] == f"2026-11-000042:{ATTEMPT}"


def test_the_same_request_is_the_same_to_the_letter(scripted: Scripted) -> None:
    server = scripted(script({CREATE: order()}))
    for _ in range(2):
        gateway_at(server.url).open_checkout(REQUEST)
    first, second = asked_of(server)
    assert (first.body, first.headers["paypal-request-id"]) == (second.body, second.headers["paypal-request-id"])


@pytest.mark.parametrize(
    ("told", "status", "page_url"),
    [
        (order("CREATED", links=[{"rel": "approve", "href": PAGE}]), PaymentStatus.PENDING, PAGE),
        (order("PAYER_ACTION_REQUIRED"), PaymentStatus.PENDING, PAGE),
        (order("SAVED"), PaymentStatus.PENDING, PAGE),
        (order("APPROVED"), PaymentStatus.APPROVED, ""),
        (order("VOIDED"), PaymentStatus.EXPIRED, ""),
        (order("CREATED", intent="AUTHORIZE"), PaymentStatus.EXPIRED, ""),
        (order("APPROVED", intent="AUTHORIZE"), PaymentStatus.EXPIRED, ""),
        (order("COMPLETED", capture("COMPLETED")), PaymentStatus.CAPTURED, ""),
        (order("COMPLETED", capture("PARTIALLY_REFUNDED")), PaymentStatus.CAPTURED, ""),
        (order("COMPLETED", capture("REFUNDED")), PaymentStatus.CAPTURED, ""),
        (order("COMPLETED", capture("PENDING")), PaymentStatus.PENDING, ""),
        (order("COMPLETED", capture("DECLINED")), PaymentStatus.FAILED, ""),
        (order("COMPLETED", capture("FAILED")), PaymentStatus.FAILED, ""),
    ],
)
def test_what_an_order_means(told: dict[str, Any], status: PaymentStatus, page_url: str) -> None:
    payment = payment_of_order(told)
    assert (payment.status, payment.page_url) == (status, page_url)
    assert (payment.gateway, payment.attempt_id, payment.checkout_ref) == ("paypal", ATTEMPT, ORDER_REF)
    assert (payment.amount_minor, payment.currency) == (2999, "USD")
    has_capture = told["status"] == "COMPLETED"
    assert (payment.payment_ref, payment.charge_ref) == ((CAPTURE_REF, CAPTURE_REF) if has_capture else ("", ""))
    assert (payment.paid_at is not None) is (status is PaymentStatus.CAPTURED)


def test_what_came_is_what_was_captured_whatever_was_asked_for() -> None:
    payment = payment_of_order(order("COMPLETED", capture(amount=money("12.00", "EUR"))))
    assert (payment.amount_minor, payment.currency) == (1_200, "EUR")


def test_a_decline_before_the_money_came_is_forgotten() -> None:
    payment = payment_of_order(order("COMPLETED", capture("DECLINED", id="FIRST"), capture()))
    assert (payment.status, payment.payment_ref) == (PaymentStatus.CAPTURED, CAPTURE_REF)


def test_why_a_capture_was_declined_is_told() -> None:
    told = order("COMPLETED", capture("DECLINED", status_details={"reason": "VERIFICATION_REQUIRED"}))
    assert payment_of_order(told).failure_code == "verification_required"
    assert payment_of_order(order("COMPLETED", capture("DECLINED"))).failure_code == "capture_declined"


@pytest.mark.parametrize("custom_id", [None, "", "order-17", ATTEMPT, f"cashbeat{ATTEMPT}", f"other.{ATTEMPT}", 5])
def test_an_order_of_another_shop_on_the_same_account_is_not_ours(custom_id: Any) -> None:
    told = order("APPROVED")
    told["purchase_units"][0]["custom_id"] = custom_id
    assert payment_of_order(told).attempt_id == ""


@pytest.mark.parametrize(
    "told",
    [
        order("OF_TOMORROW"),
        order("COMPLETED"),
        order("COMPLETED", capture("OF_TOMORROW")),
        order(purchase_units=[]),
        order(purchase_units=order()["purchase_units"] * 2),
        order("COMPLETED", capture(create_time="yesterday")),
        order("COMPLETED", capture(amount=money("1.005"))),
    ],
)
def test_what_cannot_be_read_is_never_guessed(told: dict[str, Any]) -> None:
    with pytest.raises(Unavailable) as unknown:
        payment_of_order(told)
    assert unknown.value.ambiguous


def test_a_payment_is_found_by_its_capture_too(scripted: Scripted) -> None:
    answers = {LOOK: order("COMPLETED", capture()), f"GET /v2/payments/captures/{CAPTURE_REF}": capture()}
    payment = gateway_at(scripted(script(answers)).url).fetch_payment(payment_ref=CAPTURE_REF)
    assert payment is not None
    assert (payment.checkout_ref, payment.status) == (ORDER_REF, PaymentStatus.CAPTURED)
    assert payment.paid_at is not None
    assert payment.paid_at.isoformat() == NOON.replace("Z", "+00:00")


def test_an_older_capture_names_its_order_by_a_link(scripted: Scripted) -> None:
    up = [{"rel": "up", "href": f"https://api.paypal.com/v2/checkout/orders/{ORDER_REF}"}]
    older = capture(supplementary_data=None, links=up)
    answers = {LOOK: order("COMPLETED", capture()), f"GET /v2/payments/captures/{CAPTURE_REF}": older}
    assert gateway_at(scripted(script(answers)).url).fetch_payment(payment_ref=CAPTURE_REF) is not None


def test_what_paypal_has_forgotten_is_nothing(scripted: Scripted) -> None:
    paypal = gateway_at(scripted(script({})).url)
    assert paypal.fetch_payment(checkout_ref=ORDER_REF) is None
    assert paypal.fetch_payment(payment_ref=CAPTURE_REF) is None
    with pytest.raises(ValueError, match="by its order or its capture"):
        paypal.fetch_payment()


def test_an_order_that_pays_another_merchant_is_refused_loudly(scripted: Scripted) -> None:
    told = order("COMPLETED", capture())
    told["purchase_units"][0]["payee"] = {"merchant_id": "SOMEBODYELSE"}
    paypal = gateway_at(scripted(script({LOOK: told, CREATE: told})).url)
    with pytest.raises(NotAsAsked, match="pays SOMEBODYELSE, not MERCHANT1"):
        paypal.fetch_payment(checkout_ref=ORDER_REF)
    with pytest.raises(NotAsAsked):
        paypal.open_checkout(REQUEST)


@pytest.mark.parametrize("invoice_id", ["2026-11-000042", f"2026-11-000042:{ACCOUNT}", f"{ATTEMPT}-2"])
def test_a_payment_of_ours_for_another_invoice_is_refused_loudly(scripted: Scripted, invoice_id: str) -> None:
    told, alone = order("COMPLETED", capture()), capture(invoice_id=invoice_id, supplementary_data=None)
    told["purchase_units"][0]["invoice_id"] = invoice_id
    paypal = gateway_at(scripted(script({LOOK: told, f"GET /v2/payments/captures/{CAPTURE_REF}": alone})).url)
    with pytest.raises(NotAsAsked, match=f"the attempt {ATTEMPT} is for the invoice"):
        paypal.fetch_payment(checkout_ref=ORDER_REF)
    with pytest.raises(NotAsAsked, match=f"the attempt {ATTEMPT} is for the invoice"):
        paypal.fetch_payment(payment_ref=CAPTURE_REF)


def test_a_payment_alone_that_pays_another_merchant_is_refused_loudly(scripted: Scripted) -> None:
    alone = capture(payee={"merchant_id": "SOMEBODYELSE"}, supplementary_data=None)
    paypal = gateway_at(scripted(script({f"GET /v2/payments/captures/{CAPTURE_REF}": alone})).url)
    with pytest.raises(NotAsAsked, match="pays SOMEBODYELSE, not MERCHANT1"):
        paypal.fetch_payment(payment_ref=CAPTURE_REF)


def test_a_closed_order_cannot_be_captured_any_more(scripted: Scripted) -> None:
    server = scripted(script({CLOSE: answered(None, "204 No Content"), LOOK: order("CREATED", intent="AUTHORIZE")}))
    closed = gateway_at(server.url).close_checkout(ORDER_REF)
    assert closed is not None
    assert closed.status is PaymentStatus.EXPIRED
    assert asked_of(server)[0].json == [{"op": "replace", "path": "/intent", "value": "AUTHORIZE"}]


@pytest.mark.parametrize(
    ("now", "status"),
    [
        (order("COMPLETED", capture()), PaymentStatus.CAPTURED),
        (order("COMPLETED", capture("PENDING")), PaymentStatus.PENDING),
        (order("CREATED", intent="AUTHORIZE"), PaymentStatus.EXPIRED),
    ],
)
def test_closing_what_was_captured_or_closed_before_tells_what_it_is(
    scripted: Scripted, now: dict[str, Any], status: PaymentStatus
) -> None:
    paypal = gateway_at(scripted(script({CLOSE: refused("ORDER_ALREADY_COMPLETED"), LOOK: now})).url)
    closed = paypal.close_checkout(ORDER_REF)
    assert closed is not None
    assert closed.status is status


def test_what_was_not_closed_for_certain_is_asked_again(scripted: Scripted) -> None:
    paypal = gateway_at(scripted(script({CLOSE: refused("NOT_PATCHABLE"), LOOK: order("APPROVED")})).url)
    with pytest.raises(Unavailable):
        paypal.close_checkout(ORDER_REF)


def test_what_paypal_has_forgotten_cannot_be_closed_nor_paid(scripted: Scripted) -> None:
    assert gateway_at(scripted(script({})).url).close_checkout(ORDER_REF) is None
