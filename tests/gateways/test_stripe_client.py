"""The Stripe client against the sandbox, over HTTP: opening, paying, looking up, in fair weather and in foul."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from billing.errors import Rejected, Unavailable
from gateways.stripe.client import StripeGateway
from gateways.stripe.translate import HANDLED_TYPES, translate
from schemas.facts.payments import CheckoutFact, CheckoutRequest, PaymentStatus
from tests.gateways.sandbox_process import Sandbox

DECLINING_CARD = "4000 0000 0000 9995"


def purchase(**changes: object) -> CheckoutRequest:
    attempt_id = str(uuid4())
    request = CheckoutRequest(
        attempt_id=attempt_id,
        idempotency_key=f"checkout/{attempt_id}",
        currency="USD",
        lines=(("Value: 2,000 credits", 1, 2999), ("Sales tax 8.25 %", 1, 247)),
        customer_ref="",
        customer_email="owner@example.com",
        success_url="https://app.example.com/thanks",
        cancel_url="https://app.example.com/canceled",
        expires_at=datetime.now(UTC) + timedelta(hours=1),
    )
    return dataclasses.replace(request, **changes)  # type: ignore[arg-type]  # the names of its own fields


def test_a_checkout_is_opened_paid_and_looked_up(stripe: StripeGateway, sandbox: Sandbox) -> None:
    request = purchase()
    before = datetime.now(UTC) - timedelta(seconds=2)
    checkout = stripe.open_checkout(request)
    assert checkout.status is PaymentStatus.PENDING
    assert checkout.url.startswith(sandbox.address)

    pending = stripe.fetch_payment(checkout_ref=checkout.checkout_ref)
    assert pending is not None
    assert (pending.status, pending.charge_ref, pending.paid_at) == (PaymentStatus.PENDING, "", None)

    assert sandbox.pay(checkout.url) == 303
    paid = stripe.fetch_payment(checkout_ref=checkout.checkout_ref)
    assert paid is not None
    assert (paid.status, paid.attempt_id) == (PaymentStatus.CAPTURED, request.attempt_id)
    assert (paid.amount_minor, paid.currency) == (3246, "USD")
    assert paid.paid_at is not None
    assert before < paid.paid_at <= datetime.now(UTC)
    assert paid.customer_ref.startswith("cus_")
    assert [charge["amount"] for charge in sandbox.ledger()["charges"] if charge["id"] == paid.charge_ref] == [3246]
    assert stripe.fetch_payment(payment_ref=paid.payment_ref) == paid


def test_a_known_customer_buys_again(stripe: StripeGateway, sandbox: Sandbox) -> None:
    first = stripe.open_checkout(purchase())
    sandbox.pay(first.url)
    known = stripe.fetch_payment(checkout_ref=first.checkout_ref)
    assert known is not None
    second = stripe.open_checkout(purchase(customer_ref=known.customer_ref))
    sandbox.pay(second.url)
    again = stripe.fetch_payment(checkout_ref=second.checkout_ref)
    assert again is not None
    assert again.customer_ref == known.customer_ref


def test_a_declined_card_leaves_the_checkout_open_for_another(stripe: StripeGateway, sandbox: Sandbox) -> None:
    checkout = stripe.open_checkout(purchase())
    assert sandbox.pay(checkout.url, DECLINING_CARD) == 402
    declined = stripe.fetch_payment(checkout_ref=checkout.checkout_ref)
    assert declined is not None
    assert declined.status is PaymentStatus.PENDING
    assert sandbox.pay(checkout.url) == 303
    paid = stripe.fetch_payment(checkout_ref=checkout.checkout_ref)
    assert paid is not None
    assert paid.status is PaymentStatus.CAPTURED


def test_on_a_closed_page_nobody_pays(stripe: StripeGateway, sandbox: Sandbox) -> None:
    checkout = stripe.open_checkout(purchase())
    assert sandbox.pay(checkout.url, DECLINING_CARD) == 402
    closed = stripe.close_checkout(checkout.checkout_ref)
    assert (closed.status, closed.checkout_ref) == (PaymentStatus.EXPIRED, checkout.checkout_ref)
    assert stripe.close_checkout(checkout.checkout_ref) == closed
    assert sandbox.pay(checkout.url) != 303


def test_a_page_that_was_paid_is_closed_and_paid(stripe: StripeGateway, sandbox: Sandbox) -> None:
    checkout = stripe.open_checkout(purchase())
    assert sandbox.pay(checkout.url) == 303
    paid = stripe.close_checkout(checkout.checkout_ref)
    assert paid == stripe.fetch_payment(checkout_ref=checkout.checkout_ref)
    assert paid.status is PaymentStatus.CAPTURED


def test_what_the_gateway_does_not_know_is_none(stripe: StripeGateway) -> None:
    assert stripe.fetch_payment(checkout_ref="cs_test_unknown") is None
    assert stripe.fetch_payment(checkout_ref="cs_test_unknown?expand=x#y") is None
    assert stripe.fetch_payment(payment_ref="pi_unknown") is None


def test_a_payment_without_a_reference_is_a_bug(stripe: StripeGateway) -> None:
    with pytest.raises(ValueError, match="reference"):
        stripe.fetch_payment()


def test_a_repeat_under_the_same_key_is_the_same_checkout(stripe: StripeGateway) -> None:
    request = purchase()
    assert stripe.open_checkout(request) == stripe.open_checkout(request)


def test_the_same_key_for_another_purchase_is_rejected(stripe: StripeGateway) -> None:
    request = purchase()
    stripe.open_checkout(request)
    with pytest.raises(Rejected) as refusal:
        stripe.open_checkout(dataclasses.replace(request, lines=(("Pro: 5,000 credits", 1, 5999),)))
    assert (refusal.value.code, refusal.value.status) == ("idempotency_key_reused", 409)


def test_a_lost_answer_is_ambiguous_and_its_repeat_finds_the_same_checkout(
    stripe: StripeGateway, sandbox: Sandbox
) -> None:
    request = purchase()
    sandbox.arm("answer_lost", count=1, method="POST", path="/v1/checkout/sessions")
    with pytest.raises(Unavailable) as lost:
        stripe.open_checkout(request)
    assert lost.value.ambiguous

    created_after = datetime.now(UTC) - timedelta(minutes=5)
    opened = stripe.find_checkout(request.attempt_id, created_after=created_after)
    assert opened is not None
    assert stripe.open_checkout(request) == opened


def test_after_a_day_the_lost_checkout_is_found_by_its_attempt(stripe: StripeGateway, sandbox: Sandbox) -> None:
    request = purchase()
    asked_at = datetime.now(UTC)
    sandbox.arm("answer_lost", count=1, method="POST", path="/v1/checkout/sessions")
    with pytest.raises(Unavailable):
        stripe.open_checkout(request)

    def find(attempt_id: str, customer_ref: str = "") -> CheckoutFact | None:
        after, before = asked_at - timedelta(minutes=5), asked_at + timedelta(minutes=5)
        return stripe.find_checkout(attempt_id, created_after=after, created_before=before, customer_ref=customer_ref)

    found = find(request.attempt_id)
    assert found is not None
    sandbox.pay(found.url)
    paid = stripe.fetch_payment(checkout_ref=found.checkout_ref)
    assert paid is not None
    assert paid.attempt_id == request.attempt_id
    settled = find(request.attempt_id, customer_ref=paid.customer_ref)
    assert settled is not None
    assert (settled.checkout_ref, settled.status) == (found.checkout_ref, PaymentStatus.CAPTURED)
    assert find(str(uuid4())) is None
    assert find(request.attempt_id, customer_ref="cus_unknown") is None
    assert stripe.find_checkout(request.attempt_id, created_after=asked_at + timedelta(days=9)) is None


def test_a_search_pages_on_and_owns_up_to_its_limit(stripe: StripeGateway, sandbox: Sandbox) -> None:
    request = purchase()
    created_after = datetime.now(UTC) - timedelta(minutes=5)
    wanted = stripe.open_checkout(request)
    for _ in range(3):
        stripe.open_checkout(purchase())
    by_twos = StripeGateway("sk_test_sandbox", sandbox.address, page_limit=2)
    assert by_twos.find_checkout(request.attempt_id, created_after=created_after) == wanted
    impatient = StripeGateway("sk_test_sandbox", sandbox.address, page_limit=2, search_limit=3)
    with pytest.raises(Unavailable, match="newest 3"):
        impatient.find_checkout(request.attempt_id, created_after=created_after)


def test_events_can_be_listed_when_their_webhooks_never_came(sandbox: Sandbox) -> None:
    stripe = StripeGateway("sk_test_sandbox", sandbox.address, page_limit=3)
    created_after = datetime.now(UTC) - timedelta(minutes=5)
    request = purchase()
    checkout = stripe.open_checkout(request)
    sandbox.pay(checkout.url)
    bodies = list(stripe.list_events(created_after=created_after, types=list(HANDLED_TYPES)))
    facts = [translate(body) for body in bodies]
    ours = {fact.event_type for fact in facts if fact.attempt_id == request.attempt_id}
    assert ours == {"checkout.session.completed", "payment_intent.succeeded"}
    assert len({fact.event_id for fact in facts}) == len(facts)
    times = [json.loads(body)["created"] for body in bodies]
    assert times == sorted(times, reverse=True)

    assert len(list(stripe.list_events(created_after=created_after, types=list(HANDLED_TYPES), limit=1))) == 1
    assert list(stripe.list_events(created_after=created_after, types=["account.updated"])) == []
    tomorrow = datetime.now(UTC) + timedelta(days=400)
    assert list(stripe.list_events(created_after=tomorrow, types=list(HANDLED_TYPES))) == []


def test_events_are_listed_by_type(stripe: StripeGateway) -> None:
    with pytest.raises(ValueError, match="types"):
        list(stripe.list_events(created_after=datetime.now(UTC), types=[]))


def test_times_without_a_zone_are_a_bug(stripe: StripeGateway) -> None:
    with pytest.raises(ValueError, match="aware"):
        stripe.open_checkout(purchase(expires_at=datetime(2030, 1, 1)))  # noqa: DTZ001 - the mistake under test


def test_too_many_requests_say_how_long_to_wait(stripe: StripeGateway, sandbox: Sandbox) -> None:
    sandbox.arm("429", count=1, retry_after_seconds=7)
    with pytest.raises(Unavailable) as refusal:
        stripe.open_checkout(purchase())
    assert (refusal.value.ambiguous, refusal.value.retry_after_seconds) == (False, 7)


@pytest.mark.parametrize("stage", ["before", "during", "after"])
def test_a_failure_inside_the_gateway_is_ambiguous(stripe: StripeGateway, sandbox: Sandbox, stage: str) -> None:
    sandbox.arm("500", count=1, stage=stage)
    with pytest.raises(Unavailable) as failure:
        stripe.open_checkout(purchase())
    assert failure.value.ambiguous


def test_no_answer_in_time_is_ambiguous(stripe: StripeGateway, sandbox: Sandbox) -> None:
    sandbox.arm("timeout_before", count=1, seconds=3)
    with pytest.raises(Unavailable) as silence:
        stripe.open_checkout(purchase())
    assert silence.value.ambiguous


def test_a_wrong_key_is_a_fault_of_ours_that_can_be_put_right(sandbox: Sandbox) -> None:
    with pytest.raises(Unavailable) as refusal:
        StripeGateway("sk_test_wrong", sandbox.address).open_checkout(purchase())
    assert not refusal.value.ambiguous


def test_a_request_that_makes_no_sense_is_rejected(stripe: StripeGateway) -> None:
    with pytest.raises(Rejected):
        stripe.open_checkout(purchase(lines=(("Nothing", 0, 2999),)))


def test_an_expired_checkout_cannot_be_paid_any_more(stripe: StripeGateway, sandbox: Sandbox) -> None:
    """Last in this file, because the sandbox's time goes forward only."""
    checkout = stripe.open_checkout(purchase())
    sandbox.advance(2 * 60 * 60)
    expired = stripe.fetch_payment(checkout_ref=checkout.checkout_ref)
    assert expired is not None
    assert expired.status is PaymentStatus.EXPIRED
    assert sandbox.pay(checkout.url) == 410
