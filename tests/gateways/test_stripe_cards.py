"""Saved cards: where they are saved, and how they read."""

from collections.abc import Callable
from typing import Any

import pytest

from gateways.stripe.card_shapes import card_of, card_of_setup, customer_of
from gateways.stripe.client import StripeGateway
from schemas.facts.customers import CardFact, CustomerFact
from tests.gateways.conversation import read, script
from tests.gateways.golden_events import VERSION_NEW, golden_object
from tests.gateways.loopback import Script, ScriptedServer
from tests.gateways.requests_made import ACCOUNT, SETUP

Scripted = Callable[[Script], ScriptedServer]
CARD = "pm_1QaBcDeFgHiJkLmNoPqRsTuV"
CUSTOMER = "cus_RaBcDeFgHiJkLm"
VISA = CardFact("stripe", CARD, CUSTOMER, "visa", "4242", 8, 2030, "XaBcDeFgHiJkLmNo")


def method(**changes: Any) -> dict[str, Any]:
    return golden_object(VERSION_NEW, "payment_method.attached") | changes


def setup(**changes: Any) -> dict[str, Any]:
    return golden_object(VERSION_NEW, "setup_intent.succeeded") | {"payment_method": method()} | changes


def test_a_card_reads_as_its_facts() -> None:
    assert card_of(method()) == VISA
    assert card_of(method(customer={"id": CUSTOMER, "object": "customer"})) == VISA


def test_a_detached_card_has_no_customer() -> None:
    detached = card_of(golden_object(VERSION_NEW, "payment_method.detached"))
    assert detached is not None
    assert detached.customer_ref == ""


def test_a_bank_account_is_no_card() -> None:
    assert card_of(method(type="sepa_debit", card=None)) is None


def test_only_a_setup_that_succeeded_has_saved_a_card() -> None:
    assert card_of_setup(setup()) == VISA
    assert card_of_setup(setup(status="requires_action")) is None
    assert card_of_setup(setup(status="requires_payment_method", payment_method=None)) is None


def test_a_customer_and_a_deleted_one() -> None:
    assert customer_of(golden_object(VERSION_NEW, "customer.updated")) == CustomerFact(
        "stripe", CUSTOMER, CARD, account_id="0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a00"
    )
    assert customer_of({"id": CUSTOMER, "object": "customer", "deleted": True}) == CustomerFact(
        "stripe", CUSTOMER, is_deleted=True
    )


def test_a_card_is_detached_under_its_key(scripted: Scripted) -> None:
    answers = {f"GET /v1/payment_methods/{CARD}": method(), f"POST /v1/payment_methods/{CARD}/detach": method()}
    server = scripted(script(answers))
    StripeGateway("sk_test_made_up", server.url).detach(CARD, idempotency_key="detach/1")
    (_, detached) = map(read, server.requests)
    assert (detached[0], detached.form) == (f"POST /v1/payment_methods/{CARD}/detach", {})
    assert detached.headers["idempotency-key"] == "detach/1"


def test_what_is_detached_already_is_left_alone(scripted: Scripted) -> None:
    server = scripted(script({f"GET /v1/payment_methods/{CARD}": method(customer=None)}))
    StripeGateway("sk_test_made_up", server.url).detach(CARD, idempotency_key="detach/1")
    assert len(server.requests) == 1


def test_a_page_for_saving_a_card(scripted: Scripted) -> None:
    opened = {"id": "cs_test_1", "url": "https://checkout.example.com/1", "status": "open"}
    server = scripted(script({"POST /v1/checkout/sessions": opened}))
    checkout = StripeGateway("sk_test_made_up", server.url).open_setup(SETUP)
    assert (checkout.checkout_ref, checkout.url) == ("cs_test_1", "https://checkout.example.com/1")
    (asked,) = map(read, server.requests)
    assert asked.headers["idempotency-key"] == f"setup/{ACCOUNT}"
    assert asked.form == {
        "mode": "setup",
        "customer": "cus_1",
        "currency": "usd",
        "payment_method_types[0]": "card",
        "metadata[cashbeat_account]": ACCOUNT,
        "setup_intent_data[metadata][cashbeat_account]": ACCOUNT,
        "success_url": "https://app.example.com/thanks",
        "cancel_url": "https://app.example.com/canceled",
    }


@pytest.mark.parametrize("by", ["card_ref", "setup_ref", "checkout_ref"])
def test_a_card_is_found_by_each_of_its_references(scripted: Scripted, by: str) -> None:
    answers = {
        f"GET /v1/payment_methods/{VISA.card_ref}": method(),
        "GET /v1/setup_intents/ref_1": setup(),
        "GET /v1/checkout/sessions/ref_1": {"id": "ref_1", "setup_intent": setup()},
    }
    stripe = StripeGateway("sk_test_made_up", scripted(script(answers)).url)
    assert stripe.fetch_card(**{by: VISA.card_ref if by == "card_ref" else "ref_1"}) == VISA
    assert stripe.fetch_card(**{by: "ref_2"}) is None


def test_a_checkout_that_saved_nothing_has_no_card(scripted: Scripted) -> None:
    server = scripted(script({"GET /v1/checkout/sessions/cs_1": {"id": "cs_1", "setup_intent": None}}))
    assert StripeGateway("sk_test_made_up", server.url).fetch_card(checkout_ref="cs_1") is None


def test_a_card_without_a_reference_is_a_bug(scripted: Scripted) -> None:
    with pytest.raises(ValueError, match="reference"):
        StripeGateway("sk_test_made_up", scripted(script({})).url).fetch_card()
