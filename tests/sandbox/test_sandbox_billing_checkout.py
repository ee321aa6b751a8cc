"""Checkout with mode=subscription: the buyer subscribes on the hosted page."""

from urllib.parse import urlencode

import pytest
import requests

from tests.contracts.stripe_openapi import validate_event
from tests.sandbox.running import Api, Json
from tests.sandbox.subscribing import price, written

TRIAL = {"subscription_data[trial_period_days]": 14}


def open_session(api: Api, price_id: str, **more: object) -> Json:
    """A session for one subscription."""
    fields = {
        "mode": "subscription",
        "success_url": "https://shop.example/thanks?session={CHECKOUT_SESSION_ID}",
        "line_items[0][price]": price_id,
        "line_items[0][quantity]": 1,
        **more,
    }
    return api.made("POST", "/v1/checkout/sessions", urlencode(fields))


def test_the_buyer_pays_and_has_a_subscription(billing: Api) -> None:
    session = open_session(
        billing, price(billing, 2000), client_reference_id="user-7", **{"subscription_data[metadata][account]": "7"}
    )
    assert (session["amount_total"], session["subscription"], session["customer"]) == (2000, None, None)
    assert "20.00 USD" in requests.get(session["url"], timeout=5).text
    paid = billing.sandbox.pay(session["id"])
    assert (paid.status_code, paid.headers["Location"].startswith("https://shop.example/")) == (303, True)
    expansions = "expand[]=subscription.default_payment_method&expand[]=invoice.payments&expand[]=customer"
    after = billing.made("GET", f"/v1/checkout/sessions/{session['id']}?{expansions}")
    subscription = after["subscription"]
    assert (after["status"], after["payment_status"], after["payment_intent"]) == ("complete", "paid", None)
    assert (subscription["status"], subscription["metadata"]) == ("active", {"account": "7"})
    assert subscription["default_payment_method"]["card"]["last4"] == "4242"
    assert subscription["default_payment_method"]["customer"] == after["customer"]["id"]
    assert (after["invoice"]["status"], after["invoice"]["amount_paid"]) == ("paid", 2000)
    assert after["invoice"]["id"] == subscription["latest_invoice"]
    event = billing.made("GET", "/v1/events?type=checkout.session.completed&limit=1")["data"][0]
    validate_event(event)
    assert event["data"]["object"]["subscription"] == subscription["id"]


def test_a_declined_card_makes_no_subscription_and_another_one_does(billing: Api) -> None:
    session = open_session(billing, price(billing, 2000))
    declined = billing.sandbox.pay(session["id"], "4000000000000002")
    assert (declined.status_code, "declined" in declined.text) == (402, True)
    assert billing.made("GET", f"/v1/checkout/sessions/{session['id']}")["subscription"] is None
    paid = billing.sandbox.control(
        "POST", f"checkout-sessions/{session['id']}/pay", {"card_number": "5555555555554444"}
    )
    assert paid["status"] == "complete"
    assert paid["subscription"]


@pytest.mark.parametrize("card", ["4242424242424242", "4000002500003155"])
def test_a_trial_saves_the_card_and_charges_nothing_today(billing: Api, card: str) -> None:
    session = open_session(billing, price(billing, 2000), **TRIAL)
    assert session["amount_total"] == 0
    billing.sandbox.control("POST", f"checkout-sessions/{session['id']}/pay", {"card_number": card})
    after = billing.made("GET", f"/v1/checkout/sessions/{session['id']}?expand[]=subscription&expand[]=invoice")
    assert (after["payment_status"], after["subscription"]["status"]) == ("no_payment_required", "trialing")
    assert (after["invoice"]["total"], after["invoice"]["status"]) == (0, "paid")


def test_a_customer_on_a_test_clock_subscribes_in_their_own_time(billing: Api) -> None:
    clock = billing.made("POST", "/v1/test_helpers/test_clocks", "frozen_time=1767225600&name=new+year")["id"]
    customer = billing.made("POST", "/v1/customers", f"test_clock={clock}&email=a%40example.com")["id"]
    session = open_session(billing, price(billing, 2000), customer=customer)
    billing.sandbox.pay(session["id"])
    after = billing.made("GET", f"/v1/checkout/sessions/{session['id']}?expand[]=subscription")
    assert after["customer"] == customer
    end = after["subscription"]["items"]["data"][0]["current_period_end"]
    assert (written(after["subscription"]["created"]), written(end)) == ("2026-01-01 00:00", "2026-02-01 00:00")


def test_prices_made_up_on_the_spot_and_a_coupon(billing: Api) -> None:
    coupon = billing.made("POST", "/v1/coupons", "percent_off=25&duration=once")["id"]
    fields = {
        "mode": "subscription",
        "success_url": "https://shop.example/",
        "discounts[0][coupon]": coupon,
        "line_items[0][quantity]": 2,
        "line_items[0][price_data][currency]": "eur",
        "line_items[0][price_data][unit_amount]": 1000,
        "line_items[0][price_data][recurring][interval]": "year",
        "line_items[0][price_data][product_data][name]": "Archive",
    }
    session = billing.made("POST", "/v1/checkout/sessions", urlencode(fields))
    assert (session["amount_subtotal"], session["amount_total"]) == (2000, 1500)
    line = billing.made("GET", f"/v1/checkout/sessions/{session['id']}/line_items")["data"][0]
    assert (line["description"], line["amount_discount"]) == ("Archive", 500)
    billing.sandbox.pay(session["id"])
    after = billing.made("GET", f"/v1/checkout/sessions/{session['id']}?expand[]=invoice&expand[]=subscription")
    assert (after["invoice"]["total"], after["subscription"]["discounts"]) == (1500, [])
    product = after["subscription"]["items"]["data"][0]["price"]["product"]
    assert billing.made("GET", f"/v1/products/{product}")["name"] == "Archive"


@pytest.mark.parametrize(
    "more",
    [
        {"line_items[0][price]": "price_none"},
        {"line_items[0][tax_rates][0]": "x"},
        {"subscription_data[trial_end]": 1},
        {"subscription_data[transfer_data][destination]": "x"},
        {"payment_intent_data[description]": "x"},
        {"allow_promotion_codes": "true"},
    ],
)
def test_what_is_not_imitated_is_refused(billing: Api, more: dict[str, object]) -> None:
    fields = {
        "mode": "subscription",
        "success_url": "https://shop.example/",
        "line_items[0][price]": price(billing, 2000),
        "line_items[0][quantity]": 1,
        **more,
    }
    assert billing.call("POST", "/v1/checkout/sessions", urlencode(fields))[0] == 400
