"""How Stripe's invoices read in our words; above all, that the money on the lines is the money of the invoice."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.stripe.invoice_shapes import invoice_of, is_of_subscription, line_of
from schemas.facts.invoices import GatewayInvoiceFact, GatewayLineFact, InvoicePaymentFact
from tests.contracts.stripe_openapi import validate_object
from tests.gateways.fuzzing import fuzzed
from tests.gateways.golden_events import VERSION_NEW, golden_object
from tests.gateways.requests_made import SUBSCRIPTION_ID

NOVEMBER = datetime(2026, 11, 1, 12, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, 12, tzinfo=UTC)
INTENT = "pi_3QaBcDeFgHiJkLmN0pQrStUv"
CHARGE = "ch_3QaBcDeFgHiJkLmN0wXyZ012"
PRO = GatewayLineFact(
    description="1 × Pro (at $29.99 / month)",
    quantity=1,
    net_minor=2999,
    tax_minor=0,
    price_ref="price_1QaBcDeFgHiJkLmNpRiCe000",
    period_start=NOVEMBER,
    period_end=DECEMBER,
    is_proration=False,
)


def payment(intent: object, status: str = "open", *, is_default: bool = True) -> dict[str, Any]:
    return {
        "id": "inpay_1QaBcDeFgHiJkLmNpAyMeNt0",
        "object": "invoice_payment",
        "amount_paid": 2999 if status == "paid" else None,
        "amount_requested": 2999,
        "created": 1_793_534_400,
        "currency": "usd",
        "invoice": "in_1QaBcDeFgHiJkLmNiNvOiCe0",
        "is_default": is_default,
        "livemode": False,
        "payment": {"payment_intent": intent, "type": "payment_intent"},
        "status": status,
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }


def invoice(kind: str = "invoice.paid", *payments: dict[str, Any], **changes: Any) -> dict[str, Any]:
    fetched = golden_object(VERSION_NEW, kind)
    fetched["payments"] = {"object": "list", "data": list(payments), "has_more": False, "url": "/v1/invoice_payments"}
    return fetched | changes


def line(**changes: Any) -> dict[str, Any]:
    first: dict[str, Any] = golden_object(VERSION_NEW, "invoice.paid")["lines"]["data"][0]
    return first | changes


def fact_of(fetched: dict[str, Any]) -> GatewayInvoiceFact:
    validate_object(fetched)
    return invoice_of(fetched, fetched["lines"]["data"])


def test_a_paid_invoice() -> None:
    intent = golden_object(VERSION_NEW, "payment_intent.succeeded")
    assert fact_of(invoice("invoice.paid", payment(intent, "paid"))) == GatewayInvoiceFact(
        gateway="stripe",
        invoice_ref="in_1QaBcDeFgHiJkLmNiNvOiCe0",
        subscription_ref="sub_1QaBcDeFgHiJkLmNsUbScRiB",
        subscription_id=SUBSCRIPTION_ID,
        customer_ref="cus_RaBcDeFgHiJkLm",
        reason="cycle",
        status="paid",
        currency="USD",
        total_minor=2999,
        due_minor=2999,
        paid_minor=2999,
        balance_minor=0,
        lines=(PRO,),
        finalized_at=NOVEMBER,
        paid_at=datetime(2026, 11, 1, 12, 1, tzinfo=UTC),
        attempts=1,
        payment_ref=INTENT,
        charge_ref=CHARGE,
        payments=(InvoicePaymentFact(INTENT, 2999, CHARGE, card_ref=intent["payment_method"]),),
        page_url="https://invoice.example.com/i/1",
    )


def test_an_invoice_whose_card_was_declined() -> None:
    intent = golden_object(VERSION_NEW, "payment_intent.payment_failed")
    fact = fact_of(invoice("invoice.payment_failed", payment(intent)))
    assert (fact.status, fact.paid_minor, fact.attempts) == ("open", 0, 1)
    assert fact.next_attempt_at == datetime(2026, 11, 4, 12, tzinfo=UTC)
    assert fact.failure_code == intent["last_payment_error"]["decline_code"]
    assert fact.payment_ref == INTENT


def test_an_invoice_that_cost_nothing_has_no_payment() -> None:
    fact = fact_of(invoice(amount_due=0, amount_paid=0, total=0))
    assert (fact.status, fact.payment_ref, fact.charge_ref, fact.failure_code) == ("paid", "", "", "")


def test_of_several_payments_the_one_that_paid_counts() -> None:
    paid = payment("pi_paid", "paid", is_default=False)
    canceled = payment("pi_canceled", "canceled", is_default=False)
    assert fact_of(invoice("invoice.paid", payment("pi_default"), canceled, paid)).payment_ref == "pi_paid"
    assert fact_of(invoice("invoice.finalized", canceled, payment("pi_default"))).payment_ref == "pi_default"


def test_each_payment_that_succeeded_is_told() -> None:
    part, rest = payment("pi_part", "paid") | {"amount_paid": 999}, payment("pi_rest", "paid") | {"amount_paid": 2000}
    fact = fact_of(invoice("invoice.paid", part, payment("pi_canceled", "canceled"), rest))
    assert fact.payments == fact.came == (InvoicePaymentFact("pi_part", 999), InvoicePaymentFact("pi_rest", 2000))


def test_a_payment_that_came_by_other_ways_has_no_intent() -> None:
    by_hand = payment(None, "paid") | {"payment": {"type": "charge", "charge": CHARGE}}
    fact = fact_of(invoice("invoice.paid", by_hand))
    assert (fact.payment_ref, fact.payments) == ("", (InvoicePaymentFact(CHARGE, 2999, CHARGE),))


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("subscription_create", "create"),
        ("subscription_cycle", "cycle"),
        ("subscription_update", "change"),
        ("subscription_threshold", "other"),
        ("manual", "other"),
        (None, "other"),
    ],
)
def test_reasons(theirs: str | None, ours: str) -> None:
    assert fact_of(invoice(billing_reason=theirs)).reason == ours


@pytest.mark.parametrize("status", ["draft", "open", "paid", "void", "uncollectible"])
def test_states_are_called_the_same(status: str) -> None:
    assert fact_of(invoice(status=status)).status == status


@pytest.mark.parametrize(
    ("total", "due", "starting", "ending", "used", "carried_over"),
    [
        (2999, 2999, 0, 0, 0, 0),
        # credit of 5.00, used up
        (2999, 2499, -500, 0, 500, 0),
        # credit of 50.00, of which 20.01 are left
        (2999, 0, -5000, -2001, 2999, 0),
        # a downgrade: the invoice gives credit
        (-1200, 0, 0, -1200, 0, 0),
        (-1200, 0, -300, -1500, 0, 0),
        # too small to be charged: a debt for the next invoice, which asks for it
        (30, 0, 0, 30, 0, 30),
        (2999, 3029, 30, 0, -30, 0),
        # a debt that grows, and one that a downgrade makes smaller
        (10, 0, 30, 40, -30, 40),
        (-10, 0, 30, 20, -20, 20),
        # credit that is smaller than an amount too small to be charged
        (30, 0, -10, 20, 10, 20),
        # a draft: nothing is used yet
        (2999, 2499, -500, None, 0, 0),
    ],
)
def test_what_of_the_customers_balance_was_used(
    total: int, due: int, starting: int, ending: int | None, used: int, carried_over: int
) -> None:
    money = {"total": total, "amount_due": due, "starting_balance": starting, "ending_balance": ending}
    fact = fact_of(invoice("invoice.finalized", **money))
    assert (fact.total_minor, fact.due_minor, fact.balance_minor) == (total, due, used)
    assert fact.carried_over_minor == carried_over


def test_an_invoice_of_no_subscription() -> None:
    assert is_of_subscription(invoice())
    assert not is_of_subscription(invoice(parent=None))
    by_quote = {"type": "quote_details", "quote_details": {"quote": "qt_1"}, "subscription_details": None}
    assert not is_of_subscription(invoice(parent=by_quote))


def tax(amount: int, behavior: str) -> dict[str, Any]:
    return {
        "amount": amount,
        "tax_behavior": behavior,
        "tax_rate_details": None,
        "taxability_reason": "standard_rated",
        "taxable_amount": None,
        "type": "tax_rate_details",
    }


def test_a_line_with_discounts_and_a_tax_on_top() -> None:
    fact = line_of(
        line(
            discount_amounts=[{"amount": 300, "discount": "di_1"}, {"amount": 99, "discount": "di_2"}],
            taxes=[tax(494, "exclusive")],
        )
    )
    assert (fact.net_minor, fact.tax_minor) == (2600, 494)


def test_a_line_with_a_tax_inside_of_its_price() -> None:
    fact = line_of(line(taxes=[tax(479, "inclusive")]))
    assert (fact.net_minor, fact.tax_minor) == (2520, 479)


RATES = {
    "txr_1": {"id": "txr_1", "display_name": "GST", "percentage": 5.0},
    "txr_2": {"id": "txr_2", "display_name": "QST", "percentage": 9.975},
}


def test_the_taxes_of_a_line_are_named_by_their_rates() -> None:
    two = [{**tax(150, "exclusive"), "tax_rate_details": {"tax_rate": "txr_1"}}]
    two.append({**tax(299, "exclusive"), "tax_rate_details": {"tax_rate": "txr_2"}})
    fact = line_of(line(taxes=two), RATES)
    assert (fact.tax_name, fact.tax_rate_ppm, fact.tax_minor) == ("GST + QST", 149_750, 449)


def test_of_a_tax_without_a_rate_the_amount_tells_it() -> None:
    fact = line_of(line(taxes=[{**tax(209, "exclusive"), "taxable_amount": 2_999}]), RATES)
    assert (fact.tax_name, fact.tax_rate_ppm) == ("Tax", 69_690)


def test_the_taxes_of_versions_before_basil() -> None:
    part = {"amount": 150, "inclusive": False, "tax_rate": "txr_1", "taxable_amount": 2_999}
    old = {name: value for name, value in line().items() if name != "taxes"}
    fact = line_of({**old, "tax_amounts": [part]}, RATES)
    assert (fact.net_minor, fact.tax_minor, fact.tax_name, fact.tax_rate_ppm) == (2_999, 150, "GST", 50_000)
    fact = line_of({**old, "tax_amounts": [{**part, "inclusive": True}]}, RATES)
    assert (fact.net_minor, fact.tax_minor) == (2_849, 150)


def test_lines_of_a_change_are_prorations() -> None:
    details = {"proration": True, "subscription": "sub_1", "subscription_item": "si_1"}
    unused = {"type": "subscription_item_details", "subscription_item_details": details, "invoice_item_details": None}
    item = {"proration": True, "invoice_item": "ii_1", "subscription": "sub_1"}
    by_item = {"type": "invoice_item_details", "subscription_item_details": None, "invoice_item_details": item}
    for parent in (unused, by_item):
        fact = line_of(line(amount=-1450, subtotal=-1450, parent=parent))
        assert (fact.net_minor, fact.is_proration) == (-1450, True)


def test_a_line_written_by_hand_has_no_price_and_no_quantity() -> None:
    fact = line_of(line(pricing=None, quantity=None, description=None, parent=None))
    assert (fact.price_ref, fact.quantity, fact.description, fact.is_proration) == ("", 1, "", False)
    assert line_of(line(quantity=0)).quantity == 0


AMOUNTS = st.integers(-1_000_000, 1_000_000)
TAXES = st.builds(tax, AMOUNTS, st.sampled_from(["inclusive", "exclusive"]))


@fuzzed
@given(AMOUNTS, st.lists(AMOUNTS, max_size=3), st.lists(TAXES, max_size=3))
def test_net_and_tax_are_what_the_customer_pays(amount: int, discounts: list[int], taxes: list[dict[str, Any]]) -> None:
    taken = [{"amount": discount, "discount": "di_1"} for discount in discounts]
    fact = line_of(line(amount=amount, discount_amounts=taken, taxes=taxes))
    on_top = sum(each["amount"] for each in taxes if each["tax_behavior"] == "exclusive")
    assert fact.net_minor + fact.tax_minor == amount - sum(discounts) + on_top
