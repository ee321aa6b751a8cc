"""For which of our objects an event rings, over two API versions six years apart."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateways.stripe.translate import HANDLED_TYPES, MalformedEvent, translate
from schemas.facts.events import Concern, EventFact
from tests.gateways.golden_events import GOLDEN_FILES, VERSION_NEW, VERSION_OLD, golden_event, golden_name

ATTEMPT = "0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a10"
CHECKOUT = "cs_test_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6a7B8c9"
INTENT = "pi_3QaBcDeFgHiJkLmN0pQrStUv"
CHARGE = "ch_3QaBcDeFgHiJkLmN0wXyZ012"
CUSTOMER = "cus_RaBcDeFgHiJkLm"
CARD = "pm_1QaBcDeFgHiJkLmNoPqRsTuV"
SETUP = "seti_1QaBcDeFgHiJkLmNsEtUp00"
SUBSCRIPTION = "sub_1QaBcDeFgHiJkLmNsUbScRiB"
INVOICE = "in_1QaBcDeFgHiJkLmNiNvOiCe0"
OURS = "0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a20"  # our id of the subscription


def translated(event: dict[str, Any]) -> EventFact:
    return translate(json.dumps(event).encode())


def test_every_handled_type_has_a_golden_event_of_two_versions() -> None:
    expected = {(version, event_type) for version in (VERSION_NEW, VERSION_OLD) for event_type in HANDLED_TYPES}
    assert {(path.parent.name, path.stem) for path in GOLDEN_FILES} == expected


SAVED_CARD = {"card_ref": CARD, "customer_ref": CUSTOMER}
OF_SUBSCRIPTION = {"subscription_ref": SUBSCRIPTION, "subscription_id": OURS, "customer_ref": CUSTOMER}
RUNG: dict[str, tuple[Concern, dict[str, str]]] = {
    "checkout.session": (Concern.PAYMENT, {"checkout_ref": CHECKOUT, "payment_ref": INTENT, "attempt_id": ATTEMPT}),
    "payment_intent": (Concern.PAYMENT, {"payment_ref": INTENT, "attempt_id": ATTEMPT}),
    "charge": (Concern.REVERSAL, {"charge_ref": CHARGE}),
    "refund": (Concern.REVERSAL, {"charge_ref": CHARGE}),
    "dispute": (Concern.REVERSAL, {"charge_ref": CHARGE}),
    "invoice": (Concern.INVOICE, OF_SUBSCRIPTION | {"invoice_ref": INVOICE}),
    "subscription": (Concern.SUBSCRIPTION, OF_SUBSCRIPTION),
    "payment_method": (Concern.CARD, SAVED_CARD),
    "setup_intent": (Concern.CARD, SAVED_CARD | {"setup_ref": SETUP}),
    "customer": (Concern.CUSTOMER, {"customer_ref": CUSTOMER}),
}
# in the new version an expired checkout never had an intent; a detached card names nobody
MISSING = {(VERSION_NEW, "checkout.session.expired"): "payment_ref"} | {
    (version, "payment_method.detached"): "customer_ref" for version in (VERSION_NEW, VERSION_OLD)
}


@pytest.mark.parametrize("path", GOLDEN_FILES, ids=golden_name)
def test_golden_events_ring_for_our_object(path: Path) -> None:
    version, event_type = path.parent.name, path.stem
    concerns, references = RUNG[HANDLED_TYPES[event_type]]
    known = {name: ref for name, ref in references.items() if name != MISSING.get((version, event_type))}
    event = json.loads(path.read_bytes())
    assert translate(path.read_bytes()) == EventFact(
        gateway="stripe",
        event_id=event["id"],
        event_type=event_type,
        concerns=concerns,
        occurred_at=datetime.fromtimestamp(event["created"], UTC),
        is_choice=event_type in {"setup_intent.succeeded", "customer.updated"},
        is_expiry=event_type == "checkout.session.expired",
        **known,
    )


def test_an_expanded_intent_is_read_like_its_id() -> None:
    event = golden_event(VERSION_NEW, "checkout.session.completed")
    event["data"]["object"]["payment_intent"] = {"id": INTENT, "object": "payment_intent"}
    assert translated(event).payment_ref == INTENT


def test_without_our_metadata_the_client_reference_tells_the_attempt() -> None:
    event = golden_event(VERSION_OLD, "checkout.session.completed")
    del event["data"]["object"]["metadata"]
    assert translated(event).attempt_id == ATTEMPT


def test_our_metadata_outweighs_the_client_reference() -> None:
    event = golden_event(VERSION_NEW, "checkout.session.completed")
    event["data"]["object"]["client_reference_id"] = "somebody-elses"
    assert translated(event).attempt_id == ATTEMPT


def test_payments_of_others_ring_without_an_attempt() -> None:
    event = golden_event(VERSION_NEW, "payment_intent.succeeded")
    event["data"]["object"]["metadata"] = {}
    fact = translated(event)
    assert (fact.concerns, fact.payment_ref, fact.attempt_id) == ("payment", INTENT, "")


@pytest.mark.parametrize("event_type", ["customer.created", "charge.captured", "invoice.created", "x.y.z"])
def test_other_types_concern_nothing(event_type: str) -> None:
    event = golden_event(VERSION_NEW, "payment_intent.succeeded") | {"type": event_type, "data": {}}
    fact = translated(event)
    assert (fact.event_id, fact.event_type, fact.concerns) == (event["id"], event_type, Concern.NOTHING)


@pytest.mark.parametrize(
    ("previous", "key", "is_choice"),
    [
        ({"invoice_settings": {"default_payment_method": "pm_old"}}, None, True),
        ({"invoice_settings": {"default_payment_method": None}}, "cashbeat/default_card/1/customer", True),
        ({"invoice_settings": {"default_payment_method": None}}, "cashbeat/chosen_card/pm_1/told", False),
        ({"invoice_settings": {"footer": "Thanks"}}, None, False),
        ({"email": "old@ada.example"}, None, False),
        (None, None, False),
    ],
)
def test_another_default_card_of_a_customer_is_a_choice_unless_an_event_had_told_it_before(
    previous: object, key: str | None, is_choice: bool
) -> None:
    event = golden_event(VERSION_NEW, "customer.updated")
    event["data"]["previous_attributes"] = previous
    event["request"] = {"id": "req_1", "idempotency_key": key}
    assert translated(event).is_choice is is_choice


def test_the_oldest_events_name_their_request_alone() -> None:
    event = golden_event(VERSION_OLD, "customer.updated") | {"request": "req_1"}
    assert translated(event).is_choice


def of_mode(mode: object, **changes: object) -> dict[str, Any]:
    """A completed checkout of another mode than payment."""
    event = golden_event(VERSION_NEW, "checkout.session.completed")
    event["data"]["object"] |= {"mode": mode, "payment_intent": None, "metadata": {}} | changes
    return event


def test_a_checkout_of_a_subscription_rings_for_the_subscription() -> None:
    marked = {"subscription": SUBSCRIPTION, "metadata": {"cashbeat_subscription": OURS}}
    fact = translated(of_mode("subscription", client_reference_id="somebody-elses", **marked))
    assert (fact.concerns, fact.checkout_ref) == (Concern.SUBSCRIPTION, CHECKOUT)
    assert (fact.subscription_ref, fact.subscription_id, fact.customer_ref) == (SUBSCRIPTION, OURS, CUSTOMER)
    assert (fact.payment_ref, fact.attempt_id) == ("", "")


def test_an_abandoned_checkout_of_a_subscription_tells_at_least_whose_it_was() -> None:
    fact = translated(of_mode("subscription", subscription=None, metadata={"cashbeat_subscription": OURS}))
    assert (fact.concerns, fact.subscription_ref, fact.subscription_id) == (Concern.SUBSCRIPTION, "", OURS)


def test_whoever_pays_through_a_link_cannot_name_a_subscription_of_ours() -> None:
    assert translated(of_mode("subscription", subscription=None, client_reference_id=OURS)).subscription_id == ""


def test_a_checkout_that_saves_a_card_rings_for_the_card() -> None:
    fact = translated(of_mode("setup", setup_intent=SETUP))
    assert (fact.concerns, fact.checkout_ref, fact.setup_ref) == (Concern.CARD, CHECKOUT, SETUP)
    assert (fact.card_ref, fact.customer_ref) == ("", CUSTOMER)


@pytest.mark.parametrize("mode", ["a_mode_of_tomorrow", None, 7, ["payment"]])
def test_checkouts_of_other_modes_concern_nothing(mode: object) -> None:
    assert translated(of_mode(mode)).concerns is Concern.NOTHING


@pytest.mark.parametrize("version", [VERSION_NEW, VERSION_OLD])
def test_an_invoice_of_no_subscription_concerns_nothing(version: str) -> None:
    event = golden_event(version, "invoice.paid")
    event["data"]["object"] |= {"parent": None, "subscription": None, "subscription_details": None}
    assert translated(event).concerns is Concern.NOTHING


def test_the_oldest_invoices_do_not_know_our_id() -> None:
    event = golden_event(VERSION_OLD, "invoice.paid")
    del event["data"]["object"]["subscription_details"]
    fact = translated(event)
    assert (fact.concerns, fact.subscription_ref, fact.subscription_id) == (Concern.INVOICE, SUBSCRIPTION, "")


def test_subscriptions_of_others_ring_without_our_id() -> None:
    event = golden_event(VERSION_NEW, "customer.subscription.updated")
    event["data"]["object"]["metadata"] = {"theirs": "1"}
    fact = translated(event)
    assert (fact.concerns, fact.subscription_ref, fact.subscription_id) == (Concern.SUBSCRIPTION, SUBSCRIPTION, "")


@pytest.mark.parametrize("version", [VERSION_NEW, VERSION_OLD])
def test_a_bank_account_is_no_card(version: str) -> None:
    event = golden_event(version, "payment_method.attached")
    event["data"]["object"]["type"] = "us_bank_account"
    assert translated(event).concerns is Concern.NOTHING


def test_the_oldest_sessions_had_no_mode_and_were_payments() -> None:
    event = golden_event(VERSION_OLD, "checkout.session.completed")
    del event["data"]["object"]["mode"]
    assert translated(event).concerns == "payment"


@pytest.mark.parametrize("event_type", HANDLED_TYPES)
@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"object": None},
        {"object": []},
        {"object": {"object": "payout", "id": "po_1"}},
        {"object": {"object": "checkout.session"}},
        {"object": {"object": "payment_intent", "id": None}},
        {"object": {"object": "payment_intent", "id": 7}},
    ],
    ids=ascii,
)
def test_a_handled_type_without_its_object_is_malformed(event_type: str, data: Any) -> None:
    with pytest.raises(MalformedEvent):
        translated(golden_event(VERSION_NEW, event_type) | {"data": data})


@pytest.mark.parametrize("metadata", ["text", 7, ["cashbeat_attempt"]])
def test_unreadable_metadata_is_malformed(metadata: Any) -> None:
    event = golden_event(VERSION_NEW, "payment_intent.succeeded")
    event["data"]["object"]["metadata"] = metadata
    with pytest.raises(MalformedEvent):
        translated(event)


def test_what_is_no_event_is_malformed() -> None:
    with pytest.raises(MalformedEvent):
        translate(b"{}")
