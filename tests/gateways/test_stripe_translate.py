"""For which payment an event rings, over two API versions six years apart."""

import json
from pathlib import Path
from typing import Any

import pytest

from gateways.stripe.translate import HANDLED_TYPES, MalformedEvent, translate
from schemas.facts import EventFact
from tests.gateways.golden_events import GOLDEN_FILES, VERSION_NEW, VERSION_OLD, golden_event, golden_name

ATTEMPT = "0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a10"
CHECKOUT = "cs_test_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6a7B8c9"
INTENT = "pi_3QaBcDeFgHiJkLmN0pQrStUv"


def translated(event: dict[str, Any]) -> EventFact:
    return translate(json.dumps(event).encode())


def test_every_handled_type_has_a_golden_event_of_two_versions() -> None:
    expected = {(version, event_type) for version in (VERSION_NEW, VERSION_OLD) for event_type in HANDLED_TYPES}
    assert {(path.parent.name, path.stem) for path in GOLDEN_FILES} == expected


@pytest.mark.parametrize("path", GOLDEN_FILES, ids=golden_name)
def test_golden_events_ring_for_our_payment(path: Path) -> None:
    fact = translate(path.read_bytes())
    assert fact.gateway == "stripe"
    assert fact.event_type == path.stem
    assert fact.event_id == json.loads(path.read_bytes())["id"]
    assert fact.concerns == "payment"
    assert fact.attempt_id == ATTEMPT
    of_checkout = path.stem.startswith("checkout.")
    assert fact.checkout_ref == (CHECKOUT if of_checkout else "")
    # in the new version an expired checkout never had an intent
    assert fact.payment_ref == (
        "" if (path.parent.name, path.stem) == (VERSION_NEW, "checkout.session.expired") else INTENT
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


@pytest.mark.parametrize("event_type", ["customer.created", "charge.refunded", "invoice.paid", "x.y.z"])
def test_other_types_concern_nothing(event_type: str) -> None:
    event = golden_event(VERSION_NEW, "payment_intent.succeeded") | {"type": event_type, "data": {}}
    fact = translated(event)
    assert fact == EventFact(gateway="stripe", event_id=event["id"], event_type=event_type, concerns="nothing")


@pytest.mark.parametrize("mode", ["subscription", "setup"])
def test_checkouts_of_other_modes_concern_nothing(mode: str) -> None:
    event = golden_event(VERSION_NEW, "checkout.session.completed")
    event["data"]["object"]["mode"] = mode
    assert translated(event).concerns == "nothing"


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
        {"object": {"object": "charge", "id": "ch_1"}},
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
