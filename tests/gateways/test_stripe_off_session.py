"""Saving a card and charging it while the customer is away, against the sandbox, in fair weather and in foul."""

import dataclasses
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import requests

from billing.errors import Rejected, Unavailable
from gateways.stripe.client import StripeGateway
from schemas.facts.payments import ChargeRequest, PaymentStatus
from tests.gateways import requests_made
from tests.gateways.sandbox_process import ANSWER_SECONDS, Sandbox


@pytest.fixture
def customer_ref(stripe: StripeGateway) -> str:
    account_id = str(uuid4())
    return stripe.create_customer(
        dataclasses.replace(
            requests_made.CUSTOMER, account_id=account_id, idempotency_key=f"customer/{account_id}", clock_ref=""
        )
    )


def with_card(stripe: StripeGateway, customer_ref: str, name: str) -> str:
    """Save one of Stripe's test cards (https://docs.stripe.com/testing) as the customer's default."""
    stripe.make_default(customer_ref, name, idempotency_key=f"card/{uuid4()}")
    customer = stripe.fetch_customer(customer_ref)
    assert customer is not None
    return customer.card_ref


def charge_of(customer_ref: str, card_ref: str) -> ChargeRequest:
    attempt_id = str(uuid4())
    return dataclasses.replace(
        requests_made.CHARGE,
        attempt_id=attempt_id,
        idempotency_key=f"charge/{attempt_id}",
        customer_ref=customer_ref,
        card_ref=card_ref,
    )


def around_now() -> dict[str, datetime]:
    """A window that holds the sandbox's now as well, which other tests have pushed forward by hours."""
    now = datetime.now(UTC)
    return {"created_after": now - timedelta(minutes=5), "created_before": now + timedelta(days=1)}


def charges_of(sandbox: Sandbox, customer_ref: str) -> list[int]:
    return [each["amount"] for each in sandbox.ledger()["charges"] if each["customer"] == customer_ref]


@pytest.mark.parametrize(
    ("currency", "minor", "there"), [("UGX", 10_000, 1_000_000), ("ISK", 500, 50_000), ("KWD", 5_120, 5_120)]
)
def test_ten_thousand_shillings_are_charged_and_booked_as_such(
    stripe: StripeGateway, sandbox: Sandbox, customer_ref: str, currency: str, minor: int, there: int
) -> None:
    request = charge_of(customer_ref, with_card(stripe, customer_ref, "pm_card_visa"))
    paid = stripe.charge(dataclasses.replace(request, amount_minor=minor, currency=currency))
    assert (paid.status, paid.amount_minor, paid.currency) == (PaymentStatus.CAPTURED, minor, currency)
    assert charges_of(sandbox, customer_ref) == [there]


def test_a_card_is_saved_on_a_page_and_charged_later(
    stripe: StripeGateway, sandbox: Sandbox, customer_ref: str
) -> None:
    page = stripe.open_setup(
        dataclasses.replace(requests_made.SETUP, customer_ref=customer_ref, idempotency_key=f"setup/{customer_ref}")
    )
    assert stripe.fetch_card(checkout_ref=page.checkout_ref) is None
    assert sandbox.pay(page.url) == 303
    card = stripe.fetch_card(checkout_ref=page.checkout_ref)
    assert card is not None
    assert (card.customer_ref, card.brand, card.last4) == (customer_ref, "visa", "4242")
    assert stripe.fetch_card(card_ref=card.card_ref) == card

    stripe.make_default(customer_ref, card.card_ref, idempotency_key=f"card/{card.card_ref}")
    customer = stripe.fetch_customer(customer_ref)
    assert customer is not None
    assert (customer.card_ref, customer.is_deleted) == (card.card_ref, False)

    request = charge_of(customer_ref, card.card_ref)
    paid = stripe.charge(request)
    assert (paid.status, paid.attempt_id, paid.customer_ref) == (
        PaymentStatus.CAPTURED,
        request.attempt_id,
        customer_ref,
    )
    assert (paid.amount_minor, paid.currency, paid.checkout_ref) == (2999, "USD", "")
    assert paid.paid_at is not None
    assert stripe.fetch_payment(payment_ref=paid.payment_ref) == paid
    assert stripe.find_charge(request.attempt_id, customer_ref=customer_ref, **around_now()) == paid
    assert charges_of(sandbox, customer_ref) == [2999]


@pytest.mark.parametrize(
    ("card_name", "code"),
    [
        ("pm_card_chargeCustomerFail", "generic_decline"),
        ("pm_card_authenticationRequired", "authentication_required"),
    ],
)
def test_a_decline_is_the_same_answer_whoever_tells_it(
    stripe: StripeGateway, sandbox: Sandbox, customer_ref: str, card_name: str, code: str
) -> None:
    request = charge_of(customer_ref, with_card(stripe, customer_ref, card_name))
    declined = stripe.charge(request)
    assert (declined.status, declined.failure_code) == (PaymentStatus.FAILED, code)
    assert stripe.fetch_payment(payment_ref=declined.payment_ref) == declined
    assert stripe.find_charge(request.attempt_id, customer_ref=customer_ref, **around_now()) == declined
    assert charges_of(sandbox, customer_ref) == []


def test_a_charge_that_has_no_outcome_is_canceled(stripe: StripeGateway, sandbox: Sandbox, customer_ref: str) -> None:
    request = charge_of(customer_ref, with_card(stripe, customer_ref, "pm_card_visa"))
    form = {"amount": 2999, "currency": "usd", "customer": customer_ref, "payment_method": request.card_ref,
            "metadata[cashbeat_attempt]": request.attempt_id}  # fmt: skip
    begun = requests.post(
        f"{sandbox.address}/v1/payment_intents", data=form, auth=("sk_test_sandbox", ""), timeout=ANSWER_SECONDS
    ).json()
    pending = stripe.fetch_payment(payment_ref=begun["id"])
    assert pending is not None
    assert pending.status is PaymentStatus.PENDING
    canceled = stripe.cancel_charge(begun["id"])
    assert (canceled.status, canceled.attempt_id) == (PaymentStatus.EXPIRED, request.attempt_id)
    assert stripe.fetch_payment(payment_ref=begun["id"]) == canceled == stripe.cancel_charge(begun["id"])
    assert charges_of(sandbox, customer_ref) == []


def test_a_charge_that_has_paid_cannot_be_canceled(stripe: StripeGateway, sandbox: Sandbox, customer_ref: str) -> None:
    paid = stripe.charge(charge_of(customer_ref, with_card(stripe, customer_ref, "pm_card_visa")))
    assert stripe.cancel_charge(paid.payment_ref) == paid
    assert charges_of(sandbox, customer_ref) == [2999]


def test_a_repeat_charges_once(stripe: StripeGateway, sandbox: Sandbox, customer_ref: str) -> None:
    request = charge_of(customer_ref, with_card(stripe, customer_ref, "pm_card_visa"))
    assert stripe.charge(request) == stripe.charge(request)
    assert charges_of(sandbox, customer_ref) == [2999]


def test_a_charge_whose_answer_was_lost_is_found(stripe: StripeGateway, sandbox: Sandbox, customer_ref: str) -> None:
    request = charge_of(customer_ref, with_card(stripe, customer_ref, "pm_card_visa"))
    sandbox.arm("answer_lost", count=1, method="POST", path="/v1/payment_intents")
    with pytest.raises(Unavailable) as lost:
        stripe.charge(request)
    assert lost.value.ambiguous
    found = stripe.find_charge(request.attempt_id, customer_ref=customer_ref, **around_now())
    assert found is not None
    assert found.status is PaymentStatus.CAPTURED
    assert stripe.charge(request) == found
    assert charges_of(sandbox, customer_ref) == [2999]


def test_a_charge_that_was_never_made_is_not_found(stripe: StripeGateway, customer_ref: str) -> None:
    assert stripe.find_charge(str(uuid4()), customer_ref=customer_ref, **around_now()) is None


def test_a_search_for_a_charge_owns_up_to_its_limit(stripe: StripeGateway, sandbox: Sandbox, customer_ref: str) -> None:
    card_ref = with_card(stripe, customer_ref, "pm_card_visa")
    for _ in range(2):
        stripe.charge(charge_of(customer_ref, card_ref))
    impatient = StripeGateway("sk_test_sandbox", sandbox.address, search_limit=2)
    with pytest.raises(Unavailable, match="newest 2"):
        impatient.find_charge(str(uuid4()), customer_ref=customer_ref, **around_now())


def test_too_many_charges_at_once_say_how_long_to_wait(
    stripe: StripeGateway, sandbox: Sandbox, customer_ref: str
) -> None:
    request = charge_of(customer_ref, with_card(stripe, customer_ref, "pm_card_visa"))
    sandbox.arm("429", count=1, retry_after_seconds=7)
    with pytest.raises(Unavailable) as refusal:
        stripe.charge(request)
    assert (refusal.value.ambiguous, refusal.value.retry_after_seconds) == (False, 7)
    assert stripe.charge(request).status is PaymentStatus.CAPTURED


def test_a_customer_whose_answer_was_lost_is_found(stripe: StripeGateway, sandbox: Sandbox) -> None:
    account_id = str(uuid4())
    request = dataclasses.replace(
        requests_made.CUSTOMER, account_id=account_id, idempotency_key=f"customer/{account_id}", clock_ref=""
    )
    sandbox.arm("answer_lost", count=1, method="POST", path="/v1/customers")
    with pytest.raises(Unavailable):
        stripe.create_customer(request)
    created_after = datetime.now(UTC) - timedelta(minutes=5)
    found = stripe.find_customer(account_id, email=request.email, created_after=created_after)
    assert found.startswith("cus_")
    assert stripe.create_customer(request) == found
    assert stripe.find_customer(str(uuid4()), email=request.email, created_after=created_after) == ""
    assert stripe.find_customer(account_id, email="other@example.com", created_after=created_after) == ""


def test_what_the_gateway_does_not_know_is_none(stripe: StripeGateway) -> None:
    assert stripe.fetch_customer("cus_unknown") is None
    assert stripe.fetch_card(card_ref="pm_unknown") is None
    assert stripe.fetch_card(setup_ref="seti_unknown") is None
    assert stripe.fetch_card(checkout_ref="cs_test_unknown") is None


def post(sandbox: Sandbox, method: str, path: str) -> None:
    """What happens at the gateway by other hands than ours."""
    answer = requests.request(
        method, f"{sandbox.address}/v1/{path}", auth=("sk_test_sandbox", ""), timeout=ANSWER_SECONDS
    )
    answer.raise_for_status()


def test_a_card_that_was_taken_away_has_no_customer(stripe: StripeGateway, sandbox: Sandbox, customer_ref: str) -> None:
    card_ref = with_card(stripe, customer_ref, "pm_card_visa")
    post(sandbox, "POST", f"payment_methods/{card_ref}/detach")
    card = stripe.fetch_card(card_ref=card_ref)
    customer = stripe.fetch_customer(customer_ref)
    assert card is not None
    assert customer is not None
    assert (card.customer_ref, customer.card_ref) == ("", "")
    with pytest.raises(Rejected):
        stripe.make_default(customer_ref, card_ref, idempotency_key=f"card/{uuid4()}")


def test_a_deleted_customer_is_known_as_deleted(stripe: StripeGateway, sandbox: Sandbox, customer_ref: str) -> None:
    post(sandbox, "DELETE", f"customers/{customer_ref}")
    customer = stripe.fetch_customer(customer_ref)
    assert customer is not None
    assert (customer.is_deleted, customer.card_ref) == (True, "")
