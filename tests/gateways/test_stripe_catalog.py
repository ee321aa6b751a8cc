"""Our prices and coupons at Stripe: made once, found again, and never taken for others."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from billing.errors import Rejected, Unavailable
from gateways.stripe.catalog_shapes import coupon_parameters, is_same_coupon
from gateways.stripe.client import StripeGateway
from tests.gateways.conversation import changes_asked, listed, script
from tests.gateways.loopback import Script, ScriptedServer, http_answer
from tests.gateways.requests_made import COUPON, PRICE

Scripted = Callable[[Script], ScriptedServer]
STRIPES_PRICE = {
    "id": "price_1",
    "currency": "usd",
    "unit_amount": 2999,
    "recurring": {"interval": "month", "interval_count": 1},
}
STRIPES_COUPON = {"id": "cashbeat_autumn", "duration": "repeating", "duration_in_months": 3, "percent_off": 12.5}
AMOUNT_OFF = dataclasses.replace(COUPON, percent_ppm=0, amount_minor=500, currency="USD", periods=0)


def test_a_missing_price_is_made_with_its_product(scripted: Scripted) -> None:
    server = scripted(script({"GET /v1/prices": listed(), "POST /v1/prices": STRIPES_PRICE}))
    assert StripeGateway("sk_test_made_up", server.url).ensure_price(PRICE) == "price_1"
    expected = {
        "currency": "usd",
        "unit_amount": "2999",
        "recurring[interval]": "month",
        "lookup_key": "cashbeat_pro_monthly_usd",
        "metadata[cashbeat_price]": "pro_monthly_usd",
        "product_data[name]": "Pro",
        "product_data[metadata][cashbeat_price]": "pro_monthly_usd",
    }
    assert changes_asked(server) == [("/v1/prices", expected, "price/pro_monthly_usd")]


def test_a_price_is_asked_for_once_per_process(scripted: Scripted) -> None:
    server = scripted(script({"GET /v1/prices": listed(STRIPES_PRICE)}))
    stripe = StripeGateway("sk_test_made_up", server.url)
    assert [stripe.ensure_price(PRICE) for _ in range(3)] == ["price_1"] * 3
    assert len(server.requests) == 1
    assert changes_asked(server) == []


def test_what_could_not_be_made_sure_of_is_asked_for_again(scripted: Scripted) -> None:
    answers: dict[str, Any] = {"GET /v1/prices": http_answer("503 Service Unavailable", b"{}")}
    stripe = StripeGateway("sk_test_made_up", scripted(script(answers)).url)
    with pytest.raises(Unavailable):
        stripe.ensure_price(PRICE)
    answers["GET /v1/prices"] = listed(STRIPES_PRICE)
    assert stripe.ensure_price(PRICE) == "price_1"


@pytest.mark.parametrize(
    "difference",
    [
        {"unit_amount": 1999},
        {"unit_amount": None},
        {"currency": "eur"},
        {"recurring": {"interval": "year", "interval_count": 1}},
        {"recurring": {"interval": "month", "interval_count": 3}},
        {"recurring": None},
    ],
    ids=ascii,
)
def test_a_price_that_asks_for_something_else_is_refused(scripted: Scripted, difference: dict[str, Any]) -> None:
    server = scripted(script({"GET /v1/prices": listed(STRIPES_PRICE | difference)}))
    with pytest.raises(Rejected) as refusal:
        StripeGateway("sk_test_made_up", server.url).ensure_price(PRICE)
    assert (refusal.value.code, refusal.value.status) == ("gateway_price_differs", 409)


def test_a_missing_coupon_is_made_under_our_id(scripted: Scripted) -> None:
    server = scripted(script({"POST /v1/coupons": STRIPES_COUPON}))
    stripe = StripeGateway("sk_test_made_up", server.url)
    assert [stripe.ensure_coupon(COUPON) for _ in range(2)] == ["cashbeat_autumn"] * 2
    expected = {
        "id": "cashbeat_autumn",
        "name": "Autumn",
        "duration": "repeating",
        "duration_in_months": "3",
        "percent_off": "12.5",
    }
    assert changes_asked(server) == [("/v1/coupons", expected, "coupon/cashbeat_autumn")]


def test_a_coupon_that_is_there_is_used(scripted: Scripted) -> None:
    server = scripted(script({"GET /v1/coupons/cashbeat_autumn": STRIPES_COUPON}))
    assert StripeGateway("sk_test_made_up", server.url).ensure_coupon(COUPON) == "cashbeat_autumn"
    assert changes_asked(server) == []


def test_a_coupon_that_takes_off_something_else_is_refused(scripted: Scripted) -> None:
    server = scripted(script({"GET /v1/coupons/cashbeat_autumn": STRIPES_COUPON | {"percent_off": 50}}))
    with pytest.raises(Rejected) as refusal:
        StripeGateway("sk_test_made_up", server.url).ensure_coupon(COUPON)
    assert (refusal.value.code, refusal.value.status) == ("gateway_coupon_differs", 409)


@pytest.mark.parametrize(
    ("periods", "interval", "lasting"),
    [
        (0, "month", {"id": "cashbeat_autumn", "duration": "forever"}),
        (1, "month", {"id": "cashbeat_autumn", "duration": "once"}),
        (1, "year", {"id": "cashbeat_autumn", "duration": "once"}),
        (6, "month", {"id": "cashbeat_autumn", "duration": "repeating", "duration_in_months": 6}),
        # two years off are not two months off, and the same coupon may be given for either
        (2, "year", {"id": "cashbeat_autumn_year", "duration": "repeating", "duration_in_months": 24}),
    ],
)
def test_how_long_a_coupon_lasts(periods: int, interval: str, lasting: dict[str, Any]) -> None:
    parameters = coupon_parameters(dataclasses.replace(COUPON, periods=periods, interval=interval))
    assert {name: parameters.get(name) for name in lasting} == lasting
    assert ("duration_in_months" in parameters) is (lasting["duration"] == "repeating")


@pytest.mark.parametrize(("ppm", "percent"), [(250_000, "25"), (1_000_000, "100"), (333_300, "33.33"), (500, "0.05")])
def test_percentages_are_exact(ppm: int, percent: str) -> None:
    request = dataclasses.replace(COUPON, percent_ppm=ppm)
    assert coupon_parameters(request)["percent_off"] == percent
    assert is_same_coupon(STRIPES_COUPON | {"percent_off": float(percent)}, request)


def test_an_amount_off() -> None:
    parameters = coupon_parameters(AMOUNT_OFF)
    assert (parameters["amount_off"], parameters["currency"]) == (500, "usd")
    assert "percent_off" not in parameters
    theirs = {"id": "cashbeat_autumn", "duration": "forever", "amount_off": 500, "currency": "usd"}
    assert is_same_coupon(theirs, AMOUNT_OFF)
    assert not is_same_coupon(theirs | {"currency": "eur"}, AMOUNT_OFF)
    assert not is_same_coupon(theirs | {"duration": "once"}, AMOUNT_OFF)


def test_stripe_takes_short_names_only() -> None:
    parameters = coupon_parameters(dataclasses.replace(COUPON, name="A coupon with a name that nobody can remember"))
    assert parameters["name"] == "A coupon with a name that nobody can rem"
