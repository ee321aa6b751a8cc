"""Events of both versions of their resources, as the bells that they ring."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.paypal.translate import CONCERNS, HANDLED_TYPES, MalformedEvent, translate
from schemas.facts.events import Concern, EventFact
from tests.gateways.paypal.objects import (
    ATTEMPT,
    CAPTURE_REF,
    NOON,
    ORDER_REF,
    REFUND_REF,
    capture,
    dispute,
    order,
    refund,
)

SUBSCRIPTION = "0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a20"
SALE_REF, SUBSCRIPTION_REF, WALLET_REF = "8XW12345AB678901C", "I-BW452GLLEP1G", "8kk8451t"
MARK = f"cashbeat_subscription.{SUBSCRIPTION}"
SALE = {"id": SALE_REF, "billing_agreement_id": SUBSCRIPTION_REF, "custom": MARK, "state": "completed"}
OF_SALE = {"id": "R1", "sale_id": SALE_REF}
AGREED = {"id": SUBSCRIPTION_REF, "custom_id": MARK, "status": "ACTIVE"}
WALLET = {"id": WALLET_REF, "customer": {"id": "customer_1"}}
LINKED_SALE = [{"rel": "sale", "href": f"https://api.paypal.com/v1/payments/sale/{SALE_REF}"}]
FIRST_VERSION_REFUND = {"id": REFUND_REF, "capture_id": CAPTURE_REF, "state": "completed"}

RUNG: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "CHECKOUT.ORDER.APPROVED": (order("APPROVED"), {"checkout_ref": ORDER_REF, "attempt_id": ATTEMPT}),
    **{
        f"PAYMENT.CAPTURE.{status}": (
            capture(),
            {"payment_ref": CAPTURE_REF, "checkout_ref": ORDER_REF, "attempt_id": ATTEMPT},
        )
        for status in ("COMPLETED", "PENDING", "DENIED")
    },
    "PAYMENT.CAPTURE.REFUNDED": (refund(), {"charge_ref": CAPTURE_REF}),
    "PAYMENT.CAPTURE.REVERSED": (refund(custom_id=f"cashbeat.{ATTEMPT}"), {"charge_ref": CAPTURE_REF}),
    "PAYMENT.SALE.COMPLETED": (
        SALE,
        {"invoice_ref": SALE_REF, "subscription_ref": SUBSCRIPTION_REF, "subscription_id": SUBSCRIPTION},
    ),
    "PAYMENT.SALE.REFUNDED": (OF_SALE, {"charge_ref": SALE_REF}),
    "PAYMENT.SALE.REVERSED": (SALE, {"charge_ref": SALE_REF}),
    **{
        f"BILLING.SUBSCRIPTION.{news}": (
            AGREED,
            {"subscription_ref": SUBSCRIPTION_REF, "subscription_id": SUBSCRIPTION},
        )
        for news in ("CREATED", "ACTIVATED", "UPDATED", "CANCELLED", "SUSPENDED", "EXPIRED", "PAYMENT.FAILED")
    },
    "VAULT.PAYMENT-TOKEN.CREATED": (WALLET, {"card_ref": WALLET_REF, "customer_ref": "customer_1"}),
    "VAULT.PAYMENT-TOKEN.DELETED": (WALLET, {"card_ref": WALLET_REF, "customer_ref": "customer_1"}),
    **{
        f"CUSTOMER.DISPUTE.{news}": (dispute(), {"charge_ref": CAPTURE_REF})
        for news in ("CREATED", "UPDATED", "RESOLVED")
    },
}
REFERENCES = (
    *("checkout_ref", "payment_ref", "charge_ref", "attempt_id", "subscription_ref", "subscription_id"),
    *("invoice_ref", "card_ref", "customer_ref"),
)


def event(event_type: str, resource: object, **more: Any) -> bytes:
    """An event as PayPal sends it."""
    told = {
        "id": "WH-58D329510W468432D-8HN650336L201105X",
        "event_version": "1.0",
        "create_time": NOON,
        "resource_type": "any",
        "event_type": event_type,
        "summary": "What happened",
        "resource": resource,
    }
    return json.dumps(told | more).encode()


def told_by(fact: EventFact) -> dict[str, str]:
    return {name: value for name in REFERENCES if (value := getattr(fact, name))}


@pytest.mark.parametrize("event_type", RUNG)
def test_each_event_rings_for_its_object(event_type: str) -> None:
    resource, references = RUNG[event_type]
    fact = translate(event(event_type, resource))
    assert (fact.gateway, fact.event_type, fact.concerns) == ("paypal", event_type, CONCERNS[event_type])
    assert told_by(fact) == references
    assert fact.is_choice is (event_type == "VAULT.PAYMENT-TOKEN.CREATED")
    assert not fact.is_expiry


def test_every_event_that_is_handled_is_rung_here() -> None:
    assert set(RUNG) == set(HANDLED_TYPES) == set(CONCERNS)


@pytest.mark.parametrize(
    ("event_type", "resource", "charge_ref"),
    [
        ("PAYMENT.CAPTURE.REFUNDED", FIRST_VERSION_REFUND, CAPTURE_REF),
        ("PAYMENT.SALE.REFUNDED", {"id": "R1", "links": LINKED_SALE}, SALE_REF),
        ("PAYMENT.SALE.REVERSED", {"id": "R1", "sale_id": SALE_REF}, SALE_REF),
        ("PAYMENT.SALE.REVERSED", {"id": "R1", "links": LINKED_SALE}, SALE_REF),
    ],
)
def test_older_resources_read_alike(event_type: str, resource: dict[str, Any], charge_ref: str) -> None:
    assert translate(event(event_type, resource)).charge_ref == charge_ref


def test_a_sale_of_no_subscription_and_types_that_we_do_not_know_concern_nothing() -> None:
    assert translate(event("PAYMENT.SALE.COMPLETED", {"id": SALE_REF})).concerns is Concern.NOTHING
    assert translate(event("PAYMENT.PAYOUTS-ITEM.SUCCEEDED", {"id": "1"})).concerns is Concern.NOTHING


@pytest.mark.parametrize("custom_id", ["order-17", ATTEMPT, "", None, 5, ["x"], f"other.{ATTEMPT}"])
def test_what_another_shop_wrote_is_no_mark_of_ours(custom_id: object) -> None:
    fact = translate(event("PAYMENT.CAPTURE.COMPLETED", capture(custom_id=custom_id)))
    assert (fact.attempt_id, fact.payment_ref) == ("", CAPTURE_REF)


@pytest.mark.parametrize("event_type", sorted(HANDLED_TYPES))
@pytest.mark.parametrize(
    "resource", [{}, {"id": None}, {"id": 5}, {"id": ""}, {"purchase_units": 5, "links": "x"}], ids=repr
)
def test_a_resource_without_what_we_need_is_parked(event_type: str, resource: dict[str, Any]) -> None:
    if event_type == "PAYMENT.SALE.COMPLETED":
        resource = resource | {"billing_agreement_id": SUBSCRIPTION_REF}
    with pytest.raises(MalformedEvent):
        translate(event(event_type, resource))


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", event("PAYMENT.CAPTURE.COMPLETED", 5), event("x" * 500, {})])
def test_what_is_no_event_is_parked_too(body: bytes) -> None:
    with pytest.raises(MalformedEvent):
        translate(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=9,
)
FIELDS = st.sampled_from(
    ["id", "custom_id", "custom", "links", "purchase_units", "supplementary_data", "disputed_transactions", "customer"]
)


@given(st.sampled_from(sorted(HANDLED_TYPES)), st.dictionaries(FIELDS, JSON, max_size=6))
def test_no_resource_makes_us_stumble(event_type: str, resource: dict[str, Any]) -> None:
    try:
        fact = translate(event(event_type, resource))
    except MalformedEvent:
        return
    assert all(isinstance(getattr(fact, name), str) for name in REFERENCES)
