"""How Stripe's states read in our words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from billing.errors import Unavailable
from gateways.stripe.payments import checkout_of_session, payment_of_intent, payment_of_session
from schemas.facts.payments import ChargedCard, PaymentFact, PaymentStatus
from tests.gateways.golden_events import VERSION_NEW, golden_object

ATTEMPT = "0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a10"
CHARGED_AT = datetime(2026, 11, 1, 12, 1, tzinfo=UTC)
DECLINE = {"code": "card_declined", "decline_code": "insufficient_funds", "type": "card_error"}


def intent(**changes: Any) -> dict[str, Any]:
    expanded = golden_object(VERSION_NEW, "payment_intent.succeeded")
    charge = {"id": expanded["latest_charge"], "object": "charge", "created": 1_793_534_460}
    card = {"brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2030}
    expanded["latest_charge"] = charge | {"payment_method_details": {"type": "card", "card": card}}
    return expanded | changes


def session(**changes: Any) -> dict[str, Any]:
    return golden_object(VERSION_NEW, "checkout.session.completed") | {"payment_intent": intent()} | changes


def test_a_paid_checkout() -> None:
    assert payment_of_session(session()) == PaymentFact(
        gateway="stripe",
        attempt_id=ATTEMPT,
        checkout_ref="cs_test_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6a7B8c9",
        payment_ref="pi_3QaBcDeFgHiJkLmN0pQrStUv",
        charge_ref="ch_3QaBcDeFgHiJkLmN0wXyZ012",
        customer_ref="cus_RaBcDeFgHiJkLm",
        status=PaymentStatus.CAPTURED,
        amount_minor=2999,
        currency="USD",
        paid_at=CHARGED_AT,
        card=ChargedCard("visa", "4242"),
    )


@pytest.mark.parametrize("details", [None, {"type": "sepa_debit", "sepa_debit": {"last4": "3000"}}, {"card": None}])
def test_a_payment_by_no_card_names_none(details: dict[str, Any] | None) -> None:
    charge = {"id": "ch_1", "object": "charge", "created": 1_793_534_460, "payment_method_details": details}
    assert payment_of_intent(intent(latest_charge=charge)).card == ChargedCard()


UNPAID = {"status": "complete", "payment_status": "unpaid"}
DECLINED = intent(status="requires_payment_method", last_payment_error=DECLINE)


@pytest.mark.parametrize(
    ("changes", "status", "failure_code"),
    [
        ({"status": "open", "payment_status": "unpaid", "payment_intent": None}, PaymentStatus.PENDING, ""),
        ({"status": "open", "payment_status": "unpaid", "payment_intent": DECLINED}, PaymentStatus.PENDING, ""),
        ({"status": "open", "payment_status": "no_payment_required"}, PaymentStatus.PENDING, ""),
        ({"status": "expired", "payment_status": "unpaid", "payment_intent": None}, PaymentStatus.EXPIRED, ""),
        (UNPAID | {"payment_intent": intent(status="processing")}, PaymentStatus.PENDING, ""),
        (UNPAID | {"payment_intent": "pi_not_expanded"}, PaymentStatus.PENDING, ""),
        (UNPAID | {"payment_intent": intent(status="a_state_of_tomorrow")}, PaymentStatus.PENDING, ""),
        (UNPAID | {"payment_intent": DECLINED}, PaymentStatus.FAILED, "insufficient_funds"),
        (UNPAID | {"payment_intent": intent(status="canceled")}, PaymentStatus.EXPIRED, "canceled"),
        ({"payment_status": "no_payment_required", "payment_intent": None}, PaymentStatus.CAPTURED, ""),
        ({"status": "a_state_of_tomorrow"}, PaymentStatus.PENDING, ""),
    ],
    ids=ascii,
)
def test_states_of_a_checkout(changes: dict[str, Any], status: PaymentStatus, failure_code: str) -> None:
    fact = payment_of_session(session(**changes))
    assert (fact.status, fact.failure_code) == (status, failure_code)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DECLINE, "insufficient_funds"),
        ({"code": "payment_intent_payment_attempt_failed"}, "payment_intent_payment_attempt_failed"),
        ({"type": "api_error"}, "payment_failed"),
    ],
)
def test_a_failed_payment_carries_the_finest_code(error: dict[str, str], code: str) -> None:
    declined = intent(status="requires_payment_method", last_payment_error=error)
    assert payment_of_session(session(**UNPAID, payment_intent=declined)).failure_code == code


def test_only_a_captured_payment_has_a_time() -> None:
    assert payment_of_session(session(**UNPAID, payment_intent=DECLINED)).paid_at is None


def test_a_payment_of_others_has_no_attempt_whatever_its_client_reference_says() -> None:
    assert payment_of_session(session(metadata={})).attempt_id == ""
    assert payment_of_session(session(metadata=None)).attempt_id == ""


def test_an_intent_that_no_checkout_owns() -> None:
    fact = payment_of_intent(intent(metadata={}))
    assert (fact.checkout_ref, fact.payment_ref, fact.attempt_id) == ("", "pi_3QaBcDeFgHiJkLmN0pQrStUv", "")
    assert (fact.status, fact.amount_minor, fact.currency, fact.paid_at) == ("captured", 2999, "USD", CHARGED_AT)
    assert payment_of_intent(intent(status="requires_payment_method")).status is PaymentStatus.PENDING


@pytest.mark.parametrize("changes", [{"amount_total": None}, {"amount_total": 29.99}, {"currency": "us"}])
def test_money_that_is_no_money_is_no_answer_and_never_a_zero(changes: dict[str, Any]) -> None:
    with pytest.raises(Unavailable) as unknown:
        payment_of_session(session(**changes))
    assert unknown.value.ambiguous


def test_a_checkout_has_an_address_while_it_is_open() -> None:
    opened = session(status="open", payment_status="unpaid", payment_intent=None, url="https://checkout.example.com/1")
    fact = checkout_of_session(opened)
    assert (fact.url, fact.status) == ("https://checkout.example.com/1", PaymentStatus.PENDING)
    assert checkout_of_session(session()).url == ""
