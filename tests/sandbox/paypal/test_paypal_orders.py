"""Orders: what PayPal takes and refuses, who approves them where, and when they are forgotten."""

from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from sandbox.paypal.api import money as amounts
from sandbox.paypal.api.errors import PayPalError
from sandbox.paypal.api.fields import Fields
from sandbox.paypal.api.money import Amount
from sandbox.paypal.captures import fees
from sandbox.paypal.orders import totals
from tests.sandbox.paypal.calling import ORDERS, Json, PayPal, money, order_of
from tests.sandbox.running import ANSWER_SECONDS

THREE_HOURS_SECONDS = 3 * 60 * 60
ITEM = {"name": "Credits", "unit_amount": money("10.00"), "tax": money("1.90"), "quantity": "2"}
BACK = {"return_url": "https://shop.example/back?a=b", "cancel_url": "https://shop.example/stop"}

minor_units = st.integers(0, 10**9)


def with_items(**breakdown: str) -> Json:
    parts = {name: money(value) for name, value in breakdown.items()}
    unit = {"amount": {**money("23.80"), "breakdown": parts}, "items": [ITEM]}
    return {"intent": "CAPTURE", "purchase_units": [unit]}


def open_page(paypal: PayPal, order_id: str) -> requests.Response:
    url = f"{paypal.sandbox.address}/paypal/checkoutnow"
    return requests.get(url, params={"token": order_id}, timeout=ANSWER_SECONDS)


def answer_page(paypal: PayPal, order_id: str, **form: str) -> requests.Response:
    url = f"{paypal.sandbox.address}/paypal/checkoutnow?token={order_id}"
    return requests.post(url, data=form, allow_redirects=False, timeout=ANSWER_SECONDS)


def rels(order: Json) -> list[str]:
    return [link["rel"] for link in order["links"]]


def test_an_order_with_items_that_add_up(paypal: PayPal) -> None:
    order = paypal.made("POST", ORDERS, with_items(item_total="20.00", tax_total="3.80"))
    assert order["purchase_units"][0]["items"] == [ITEM]
    assert rels(order) == ["self", "approve", "update", "capture"]


@pytest.mark.parametrize(
    ("body", "status", "issue"),
    [
        ({}, 400, "MISSING_REQUIRED_PARAMETER"),
        ({"intent": "CAPTURE", "purchase_units": []}, 400, "INVALID_ARRAY_MIN_ITEMS"),
        ({"intent": "CAPTURE", "purchase_units": [{}]}, 400, "MISSING_REQUIRED_PARAMETER"),
        ({**order_of("1.00"), "intent": "PAY"}, 400, "INVALID_PARAMETER_VALUE"),
        ({**order_of("1.00"), "colour": "red"}, 400, "NOT_SUPPORTED"),
        (order_of("1.00", colour="red"), 400, "NOT_SUPPORTED"),
        (order_of("1.00", custom_id="x" * 128), 400, "INVALID_STRING_LENGTH"),
        (order_of("1.00", custom_id=""), 400, "INVALID_STRING_LENGTH"),
        (order_of("1.00", custom_id=5), 400, "INVALID_PARAMETER_SYNTAX"),
        (order_of("one"), 400, "INVALID_PARAMETER_SYNTAX"),
        (order_of("1e3"), 400, "INVALID_PARAMETER_SYNTAX"),
        (order_of("1.001"), 422, "DECIMAL_PRECISION"),
        (order_of("100.50", "JPY"), 422, "DECIMAL_PRECISION"),
        (order_of("100.50", "HUF"), 422, "DECIMAL_PRECISION"),
        (order_of("1.00", "XXX"), 422, "INVALID_CURRENCY_CODE"),
        (order_of("1.00", "usd"), 422, "INVALID_CURRENCY_CODE"),
        (order_of("0.00"), 422, "CANNOT_BE_ZERO_OR_NEGATIVE"),
        (order_of("-1.00"), 422, "CANNOT_BE_ZERO_OR_NEGATIVE"),
        (order_of("1" * 16), 422, "MAX_VALUE_EXCEEDED"),
        (order_of("1.00", payee={"merchant_id": "ANTHERSELLER2"}), 422, "PAYEE_ACCOUNT_INVALID"),
        (with_items(item_total="20.00", tax_total="3.81"), 422, "AMOUNT_MISMATCH"),
        (with_items(item_total="19.00", tax_total="4.80"), 422, "ITEM_TOTAL_MISMATCH"),
        (with_items(item_total="20.00", handling="3.80"), 422, "TAX_TOTAL_REQUIRED"),
        (with_items(item_total="20.00", tax_total="2.80", handling="1.00"), 422, "TAX_TOTAL_MISMATCH"),
        (with_items(tax_total="3.80", handling="20.00"), 422, "ITEM_TOTAL_REQUIRED"),
        (with_items(item_total="20.00", tax_total="3.80", insurance="-1.00"), 422, "CANNOT_BE_NEGATIVE"),
    ],
)
def test_what_paypal_refuses(paypal: PayPal, body: Json, status: int, issue: str) -> None:
    assert paypal.issue("POST", ORDERS, body) == (status, issue)


def test_one_order_has_one_currency(paypal: PayPal) -> None:
    body = with_items(item_total="20.00", tax_total="3.80")
    body["purchase_units"][0]["amount"]["breakdown"]["tax_total"] = money("3.80", "EUR")
    assert paypal.issue("POST", ORDERS, body) == (422, "MULTI_CURRENCY_ORDER")


@pytest.mark.parametrize(("currency", "value"), [("JPY", "500"), ("HUF", "500"), ("TWD", "500"), ("USD", "500.00")])
def test_amounts_are_written_as_their_currency_has_them(paypal: PayPal, currency: str, value: str) -> None:
    order = paypal.made("POST", ORDERS, order_of("500", currency))
    assert order["purchase_units"][0]["amount"] == money(value, currency)


def test_a_way_to_pay_needs_a_request_id_and_waits_for_the_payer(paypal: PayPal) -> None:
    body = {**order_of("1.00"), "payment_source": {"paypal": {"experience_context": BACK}}}
    assert paypal.issue("POST", ORDERS, body) == (400, "PAYPAL_REQUEST_ID_REQUIRED")
    order = paypal.made("POST", ORDERS, body, request_id="source")
    assert (order["status"], rels(order)) == ("PAYER_ACTION_REQUIRED", ["self", "payer-action"])


@pytest.mark.parametrize("url", ["shop", "ftp://shop.example/", "https://", "javascript:alert(1)"])
def test_the_way_back_must_be_a_web_address(paypal: PayPal, url: str) -> None:
    body = {**order_of("1.00"), "application_context": {"return_url": url}}
    assert paypal.issue("POST", ORDERS, body) == (400, "INVALID_PARAMETER_SYNTAX")


def test_the_page_leads_back_to_the_shop_with_the_order_and_its_payer(paypal: PayPal) -> None:
    body = {**order_of("29.99", description="Value package"), "application_context": {**BACK, "brand_name": "Acme"}}
    order = paypal.made("POST", ORDERS, body)
    page = open_page(paypal, order["id"])
    assert (page.status_code, "29.99 USD" in page.text, "Value package" in page.text) == (200, True, True)
    assert f"https://shop.example/stop?token={order['id']}" in page.text
    answered = answer_page(paypal, order["id"], funding="balance", email="jane@example.com")
    approved = paypal.made("GET", f"{ORDERS}/{order['id']}")
    assert answered.headers["Location"] == (
        f"https://shop.example/back?a=b&token={order['id']}&PayerID={approved['payer']['payer_id']}"
    )
    assert (approved["status"], approved["payer"]["email_address"]) == ("APPROVED", "jane@example.com")


def test_whoever_only_looks_has_not_approved(paypal: PayPal) -> None:
    order = paypal.order()
    open_page(paypal, order["id"])
    assert paypal.made("GET", f"{ORDERS}/{order['id']}")["status"] == "CREATED"


@pytest.mark.parametrize("form", [{"funding": "gold"}, {"email": "nobody"}])
def test_a_page_that_is_not_understood_asks_again(paypal: PayPal, form: dict[str, str]) -> None:
    assert answer_page(paypal, paypal.order()["id"], **form).status_code == 422


def test_a_paid_order_is_not_approved_twice(paypal: PayPal) -> None:
    order = paypal.order()
    paypal.captured(order)
    assert "Already paid" in open_page(paypal, order["id"]).text
    assert "Already paid" in answer_page(paypal, order["id"], funding="balance").text
    assert open_page(paypal, "NOTHING").status_code == 404


def test_an_order_that_nobody_approves_is_forgotten(paypal: PayPal) -> None:
    order = paypal.order()
    paypal.sandbox.control("POST", "clock/advance", {"seconds": THREE_HOURS_SECONDS})
    assert paypal.issue("GET", f"{ORDERS}/{order['id']}") == (404, "INVALID_RESOURCE_ID")
    assert open_page(paypal, order["id"]).status_code == 404


def test_an_approved_order_waits_three_hours_more_and_a_paid_one_for_ever(paypal: PayPal) -> None:
    paid, waiting = paypal.order(), paypal.order()
    paypal.captured(paid)
    paypal.sandbox.control("POST", "clock/advance", {"seconds": THREE_HOURS_SECONDS - 60})
    paypal.approve(waiting)
    paypal.sandbox.control("POST", "clock/advance", {"seconds": THREE_HOURS_SECONDS - 60})
    assert paypal.made("GET", f"{ORDERS}/{waiting['id']}")["status"] == "APPROVED"
    paypal.sandbox.control("POST", "clock/advance", {"seconds": 120})
    assert paypal.issue("POST", f"{ORDERS}/{waiting['id']}/capture") == (404, "INVALID_RESOURCE_ID")
    assert paypal.made("GET", f"{ORDERS}/{paid['id']}")["status"] == "COMPLETED"


def test_a_page_is_closed_by_another_intent(paypal: PayPal) -> None:
    order = paypal.order()
    path = f"{ORDERS}/{order['id']}"
    paypal.approve(order)
    paypal.made("PATCH", path, [{"op": "replace", "path": "/intent", "value": "AUTHORIZE"}])
    assert paypal.made("GET", path)["intent"] == "AUTHORIZE"
    assert paypal.issue("POST", f"{path}/capture") == (422, "ACTION_DOES_NOT_MATCH_INTENT")


def test_references_may_be_changed_and_amounts_may_not(paypal: PayPal) -> None:
    order = paypal.order(custom_id="old")
    path, unit = f"{ORDERS}/{order['id']}", "/purchase_units/@reference_id=='default'"
    paypal.made("PATCH", path, [{"op": "replace", "path": f"{unit}/custom_id", "value": "new"}])
    changed = paypal.made("GET", path)["purchase_units"][0]["custom_id"]
    amount = [
        {"op": "replace", "path": f"{unit}/custom_id", "value": "newer"},
        {"op": "replace", "path": f"{unit}/amount", "value": "1"},
    ]
    assert paypal.issue("PATCH", path, amount) == (422, "NOT_PATCHABLE")
    assert (changed, paypal.made("GET", path)["purchase_units"][0]["custom_id"]) == ("new", "new")


def test_a_paid_order_is_not_changed(paypal: PayPal) -> None:
    order = paypal.order()
    paypal.captured(order)
    change = [{"op": "replace", "path": "/intent", "value": "AUTHORIZE"}]
    assert paypal.issue("PATCH", f"{ORDERS}/{order['id']}", change) == (422, "ORDER_ALREADY_COMPLETED")


@given(minor_units, st.sampled_from(sorted(amounts.CURRENCIES - amounts.WHOLE)))
def test_an_amount_is_read_as_it_was_written(minor: int, currency: str) -> None:
    amount = Amount(minor, currency)
    assert amounts.amount_of(Fields(amounts.shown(amount))) == amount


@given(minor_units, st.sampled_from(sorted(amounts.WHOLE)))
def test_so_is_one_without_decimals(whole: int, currency: str) -> None:
    told = {"currency_code": currency, "value": str(whole)}
    assert amounts.shown(amounts.amount_of(Fields(told))) == told


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 99)), min_size=1, max_size=8), st.integers(-2, 2))
def test_items_are_taken_exactly_when_they_add_up(items: list[tuple[int, int]], off: int) -> None:
    total = sum(minor * quantity for minor, quantity in items)
    if total + off <= 0:
        return
    unit: dict[str, Any] = {
        "amount": {**shown(total + off), "breakdown": {"item_total": shown(total + off)}},
        "items": [{"name": "x", "unit_amount": shown(minor), "quantity": str(many)} for minor, many in items],
    }
    if off == 0:
        assert totals.read(Fields(unit))["amount"]["value"] == shown(total)["value"]
    else:
        with pytest.raises(PayPalError, match="ITEM_TOTAL_MISMATCH"):
            totals.read(Fields(unit))


@given(st.integers(1, 10**9), st.sampled_from(sorted(amounts.CURRENCIES)))
def test_a_fee_is_never_more_than_the_payment_and_always_payable(units: int, currency: str) -> None:
    step = 100 if currency in ("HUF", "TWD") else 1
    fee = fees.of_payment(Amount(units * step, currency))
    assert 0 < fee.minor <= units * step
    assert fee.minor % step == 0


def shown(minor: int) -> Json:
    return amounts.shown(Amount(minor, "EUR"))
