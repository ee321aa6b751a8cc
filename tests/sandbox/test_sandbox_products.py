"""What is sold: products, prices, coupons."""

from tests.contracts.stripe_openapi import validate_event
from tests.sandbox.running import Api
from tests.sandbox.subscribing import price


def test_a_product_with_its_price(billing: Api) -> None:
    data = {"currency": "eur", "unit_amount": "1900", "recurring][interval": "year"}
    form = "name=Pro&" + "&".join(f"default_price_data[{name}]={value}" for name, value in data.items())
    product = billing.made("POST", "/v1/products", f"{form}&expand[]=default_price")
    assert product["default_price"]["recurring"] == {
        "interval": "year",
        "interval_count": 1,
        "meter": None,
        "usage_type": "licensed",
    }
    after = billing.made("POST", f"/v1/products/{product['id']}", "name=Pro+2&active=false&metadata[a]=b")
    assert (after["name"], after["active"], after["metadata"]) == ("Pro 2", False, {"a": "b"})
    idle = billing.made("GET", "/v1/products?active=false&limit=100")["data"]
    assert product["id"] in [each["id"] for each in idle]
    assert billing.made("GET", f"/v1/products/{product['id']}")["default_price"] == product["default_price"]["id"]
    for event in billing.made("GET", "/v1/events?types[]=product.*&types[]=price.*&limit=4")["data"]:
        validate_event(event)


def test_prices_are_found_by_lookup_key_which_can_be_handed_over(billing: Api) -> None:
    old = price(billing, 900, lookup_key="starter", nickname="Old")
    refused, body = billing.call(
        "POST", "/v1/prices", "currency=usd&unit_amount=1&lookup_key=starter&product_data[name]=x"
    )
    assert (refused, body["error"]["param"]) == (400, "lookup_key")
    new = price(billing, 1200, lookup_key="starter", transfer_lookup_key="true")
    found = billing.made("GET", "/v1/prices?lookup_keys[]=starter&expand[]=data.product")["data"]
    assert [each["id"] for each in found] == [new]
    assert found[0]["product"]["name"] == "Pro"
    assert billing.made("GET", f"/v1/prices/{old}")["lookup_key"] is None


def test_a_price_is_renamed_and_retired_but_its_amount_stays(billing: Api) -> None:
    kept = price(billing, 700, "month", "Pro", **{"recurring[interval_count]": 3})
    after = billing.made("POST", f"/v1/prices/{kept}", "active=false&nickname=Retired&metadata[k]=v")
    assert (after["active"], after["nickname"], after["unit_amount"]) == (False, "Retired", 700)
    assert billing.call("POST", f"/v1/prices/{kept}", "unit_amount=800")[0] == 400
    listed = billing.made("GET", f"/v1/prices?product={after['product']}&type=recurring&recurring[interval]=month")
    assert [each["id"] for each in listed["data"]] == [kept]
    assert billing.made("GET", f"/v1/prices?product={after['product']}&active=true")["data"] == []


def test_one_time_prices_exist_beside_recurring_ones(billing: Api) -> None:
    once = billing.made("POST", "/v1/prices", "currency=usd&unit_amount=500&product_data[name]=Setup")
    assert (once["type"], once["recurring"]) == ("one_time", None)


def test_coupons_are_made_listed_and_deleted(billing: Api) -> None:
    form = "id=LAUNCH&percent_off=12.5&duration=repeating&duration_in_months=3&max_redemptions=5&name=Launch"
    made = billing.made("POST", "/v1/coupons", form)
    assert (made["percent_off"], made["duration_in_months"], made["valid"]) == (12.5, 3, True)
    fixed = billing.made("POST", "/v1/coupons", "amount_off=500&currency=usd&duration=once")
    listed = [each["id"] for each in billing.made("GET", "/v1/coupons?limit=100")["data"]]
    assert {"LAUNCH", fixed["id"]} <= set(listed)
    assert billing.made("POST", "/v1/coupons/LAUNCH", "name=Later")["name"] == "Later"
    assert billing.made("DELETE", "/v1/coupons/LAUNCH")["deleted"] is True
    assert billing.call("GET", "/v1/coupons/LAUNCH")[0] == 404


def test_a_coupon_takes_off_an_amount_or_a_share_not_both_not_neither(billing: Api) -> None:
    for form in ("duration=once", "percent_off=10&amount_off=5&currency=usd", "percent_off=101", "percent_off=x"):
        assert billing.call("POST", "/v1/coupons", form)[0] == 400
    assert billing.call("POST", "/v1/coupons", "percent_off=10&duration=once&duration_in_months=2")[0] == 400
