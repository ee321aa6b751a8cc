"""Our minor units and Stripe's numbers: not the same for two currencies, and never mixed up."""

import dataclasses
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateways.stripe.amounts import AMOUNTS, from_stripe, to_stripe
from gateways.stripe.catalog_shapes import coupon_parameters, is_same_coupon, is_same_price, price_parameters
from gateways.stripe.invoice_shapes import invoice_of
from gateways.stripe.payments import payment_of_intent
from schemas.currencies import CURRENCIES, exponent
from schemas.facts.terms import CouponRequest, PriceRequest
from tests.gateways.golden_events import VERSION_NEW, golden_object

PRICE = PriceRequest("0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a10", "Growth", "UGX", 10_000, "month")
COUPON = CouponRequest("0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a11", "TEN", 0, 10_000, "UGX", 1)


def test_the_table_has_every_currency() -> None:
    assert set(AMOUNTS) == CURRENCIES
    assert {currency for currency, rule in AMOUNTS.items() if rule.unit != 1} == {"ISK", "UGX"}
    assert {currency for currency, rule in AMOUNTS.items() if rule.step != 1} == {"BHD", "JOD", "KWD", "OMR", "TND"}
    assert [exponent(currency) for currency in ("UGX", "ISK", "JPY", "JOD", "HUF", "TWD", "USD")] == [
        0,
        0,
        0,
        3,
        2,
        2,
        2,
    ]


@given(st.integers(-(10**12), 10**12), st.sampled_from(sorted(CURRENCIES)))
def test_there_and_back_is_the_same_money(minor: int, currency: str) -> None:
    assert from_stripe(to_stripe(minor, currency), currency.lower()) == minor


def test_ten_thousand_shillings_are_a_million() -> None:
    assert (to_stripe(10_000, "UGX"), to_stripe(550, "ISK"), to_stripe(500, "JPY")) == (1_000_000, 55_000, 500)
    assert (to_stripe(5_120, "KWD"), to_stripe(1_045, "HUF")) == (5_120, 1_045)
    assert (from_stripe(1_050, "ugx"), from_stripe(-1_050, "ugx"), from_stripe(1_049, "ugx")) == (11, -11, 10)


def test_prices_and_coupons_go_and_are_compared_in_stripes_numbers() -> None:
    asked = price_parameters(PRICE)
    assert asked["unit_amount"] == 1_000_000
    there: dict[str, Any] = {
        "unit_amount": 1_000_000, "currency": "ugx", "recurring": {"interval": "month", "interval_count": 1}
    }  # fmt: skip
    assert is_same_price(there, PRICE)
    assert not is_same_price(there | {"unit_amount": 10_000}, PRICE)
    assert coupon_parameters(COUPON)["amount_off"] == 1_000_000
    off: dict[str, Any] = {"duration": "once", "amount_off": 1_000_000, "currency": "ugx"}
    assert is_same_coupon(off, COUPON)
    assert not is_same_coupon(off, dataclasses.replace(COUPON, amount_minor=1_000_000))


def test_what_stripe_tells_becomes_our_minor_units() -> None:
    intent = golden_object(VERSION_NEW, "payment_intent.succeeded") | {"amount": 1_000_000, "currency": "ugx"}
    assert (payment_of_intent(intent).amount_minor, payment_of_intent(intent).currency) == (10_000, "UGX")

    invoice = golden_object(VERSION_NEW, "invoice.paid")
    (line,) = invoice["lines"]["data"]
    money = {"total": 1_000_000, "amount_due": 900_000, "amount_paid": 900_000, "currency": "ugx"}
    balance = {"starting_balance": -100_000, "ending_balance": 0}
    paid = {"amount_paid": 900_000, "status": "paid", "payment": {"charge": "ch_1", "type": "charge"}, "id": "inpay_1"}
    payments = {"data": [paid | {"is_default": True, "status_transitions": {"paid_at": None}}]}
    fact = invoice_of(
        invoice | money | balance | {"payments": payments}, [line | {"amount": 1_000_000, "currency": "ugx"}]
    )
    assert (fact.total_minor, fact.due_minor, fact.paid_minor, fact.balance_minor) == (10_000, 9_000, 9_000, 1_000)
    assert (fact.lines[0].net_minor, fact.payments[0].amount_minor, fact.carried_over_minor) == (10_000, 9_000, 0)
