"""Our client and a PayPal over HTTP: money is taken once and given back once, whatever happens on the way."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from billing.errors import Rejected, Unavailable
from gateways.paypal.client import PayPalGateway
from gateways.paypal.connection import Connection
from schemas.facts.payments import CheckoutRequest, PaymentFact, PaymentStatus
from schemas.facts.reversals import DisputeState, RefundState
from tests.gateways.paypal.paypal_sandbox import HOUR_SECONDS, PayPalSandbox, a_capture, a_checkout, a_refund

ORDERS, CAPTURES = "/v2/checkout/orders", "/v2/payments/captures"
SIDES = 16


def bought(
    paypal_gateway: PayPalGateway, sandbox: PayPalSandbox, request: CheckoutRequest | None = None
) -> PaymentFact:
    """Opened, approved, captured."""
    request = request or a_checkout()
    order_ref = paypal_gateway.open_checkout(request).checkout_ref
    sandbox.approve(order_ref)
    return paypal_gateway.capture(a_capture(request, order_ref))


@pytest.mark.parametrize(("amount_minor", "currency"), [(2_999, "USD"), (150_000, "HUF"), (1_500, "JPY"), (5, "EUR")])
def test_an_order_is_opened_approved_and_captured(
    paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox, amount_minor: int, currency: str
) -> None:
    request = a_checkout(amount_minor, currency)
    checkout = paypal_gateway.open_checkout(request)
    assert checkout.status is PaymentStatus.PENDING
    opened = paypal_gateway.fetch_payment(checkout_ref=checkout.checkout_ref)
    assert opened is not None
    assert (opened.status, opened.page_url, opened.attempt_id) == (
        PaymentStatus.PENDING,
        checkout.url,
        request.attempt_id,
    )
    at_paypal.approve(checkout.checkout_ref)
    approved = paypal_gateway.fetch_payment(checkout_ref=checkout.checkout_ref)
    assert approved is not None
    assert (approved.status, approved.page_url) == (PaymentStatus.APPROVED, "")
    captured = paypal_gateway.capture(a_capture(request, checkout.checkout_ref))
    assert captured.status is PaymentStatus.CAPTURED
    assert (captured.amount_minor, captured.currency) == (amount_minor, currency)
    assert paypal_gateway.fetch_payment(payment_ref=captured.payment_ref) == captured
    (row,) = at_paypal.booked("captures", request.attempt_id)
    assert (row["amount"], row["currency"], row["id"]) == (amount_minor, currency, captured.payment_ref)


def test_sixteen_captures_at_once_are_one(paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox) -> None:
    request = a_checkout()
    order_ref = paypal_gateway.open_checkout(request).checkout_ref
    at_paypal.approve(order_ref)

    def capture(number: int) -> PaymentFact | Unavailable:
        # half of them under the attempt's own key, as we ask; the other half under keys that nobody knows
        asked = a_capture(request, order_ref)
        asked = asked if number % 2 else replace(asked, idempotency_key=f"other/{number}/{request.attempt_id}")
        try:
            return paypal_gateway.capture(asked)
        except Unavailable as busy:
            return busy

    with ThreadPoolExecutor(SIDES) as pool:
        told = list(pool.map(capture, range(SIDES)))
    assert all(isinstance(each, PaymentFact) or each.ambiguous for each in told)
    assert {each.payment_ref for each in told if isinstance(each, PaymentFact)} == {
        paypal_gateway.capture(a_capture(request, order_ref)).payment_ref
    }
    assert len(at_paypal.booked("captures", request.attempt_id)) == 1


def test_an_order_whose_answer_was_lost_comes_back_under_its_key(
    paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox
) -> None:
    request = a_checkout()
    at_paypal.lose_answer("POST", ORDERS)
    with pytest.raises(Unavailable) as lost:
        paypal_gateway.open_checkout(request)
    assert lost.value.ambiguous
    first, second = paypal_gateway.open_checkout(request), paypal_gateway.open_checkout(request)
    assert first == second


def test_a_capture_whose_answer_was_lost_is_not_made_twice(
    paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox
) -> None:
    request = a_checkout()
    order_ref = paypal_gateway.open_checkout(request).checkout_ref
    at_paypal.approve(order_ref)
    at_paypal.lose_answer("POST", f"{ORDERS}/{order_ref}/capture")
    with pytest.raises(Unavailable) as lost:
        paypal_gateway.capture(a_capture(request, order_ref))
    assert lost.value.ambiguous
    assert paypal_gateway.capture(a_capture(request, order_ref)).status is PaymentStatus.CAPTURED
    assert len(at_paypal.booked("captures", request.attempt_id)) == 1


def test_after_the_keys_window_a_lost_order_is_replaced_and_only_one_can_be_paid(
    paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox
) -> None:
    request = a_checkout()
    lost = paypal_gateway.open_checkout(request)  # let nobody have heard of it
    at_paypal.shared.advance(7 * HOUR_SECONDS)
    assert paypal_gateway.find_checkout(request.attempt_id, created_after=request.expires_at) is None
    second = paypal_gateway.open_checkout(request)
    assert second.checkout_ref != lost.checkout_ref
    assert paypal_gateway.fetch_payment(checkout_ref=lost.checkout_ref) is None
    at_paypal.approve(second.checkout_ref)
    assert paypal_gateway.capture(a_capture(request, second.checkout_ref)).status is PaymentStatus.CAPTURED
    assert len(at_paypal.booked("captures", request.attempt_id)) == 1


def test_a_second_order_of_one_attempt_is_not_paid_even_if_somebody_approves_it(
    paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox
) -> None:
    request = a_checkout()
    bought(paypal_gateway, at_paypal, request)
    again = paypal_gateway.open_checkout(replace(request, idempotency_key=f"{request.idempotency_key}/2"))
    at_paypal.approve(again.checkout_ref)
    asked = replace(a_capture(request, again.checkout_ref), idempotency_key=f"again/{request.attempt_id}")
    with pytest.raises(Unavailable, match="was paid before"):
        paypal_gateway.capture(asked)
    assert len(at_paypal.booked("captures", request.attempt_id)) == 1


@pytest.mark.parametrize(("how", "status"), [("complete", PaymentStatus.CAPTURED), ("deny", PaymentStatus.FAILED)])
def test_a_capture_may_be_pending_for_days(
    paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox, how: str, status: PaymentStatus
) -> None:
    request = a_checkout()
    order_ref = paypal_gateway.open_checkout(request).checkout_ref
    at_paypal.approve(order_ref, "pending", reason="ECHECK")
    pending = paypal_gateway.capture(a_capture(request, order_ref))
    assert (pending.status, pending.page_url) == (PaymentStatus.PENDING, "")
    at_paypal.end(pending.payment_ref, how)
    ended = paypal_gateway.fetch_payment(payment_ref=pending.payment_ref)
    assert ended is not None
    assert (ended.status, ended.payment_ref) == (status, pending.payment_ref)


@pytest.mark.parametrize("outcome", ["instrument_declined", "payer_action_required"])
def test_a_buyer_whose_money_is_refused_pays_another_way(
    paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox, outcome: str
) -> None:
    request = a_checkout()
    checkout = paypal_gateway.open_checkout(request)
    at_paypal.approve(checkout.checkout_ref, outcome)
    sent_back = paypal_gateway.capture(a_capture(request, checkout.checkout_ref))
    assert (sent_back.status, sent_back.page_url) == (PaymentStatus.PENDING, checkout.url)
    at_paypal.approve(checkout.checkout_ref)
    assert paypal_gateway.capture(a_capture(request, checkout.checkout_ref)).status is PaymentStatus.CAPTURED


def test_a_decline_for_good_has_failed(paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox) -> None:
    request = a_checkout()
    order_ref = paypal_gateway.open_checkout(request).checkout_ref
    at_paypal.approve(order_ref, "payer_cannot_pay")
    failed = paypal_gateway.capture(a_capture(request, order_ref))
    assert (failed.status, failed.failure_code) == (PaymentStatus.FAILED, "payer_cannot_pay")
    assert at_paypal.booked("captures", request.attempt_id) == []


@pytest.mark.parametrize("is_approved", [False, True])
def test_a_closed_order_is_never_captured(
    paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox, is_approved: bool
) -> None:
    request = a_checkout()
    order_ref = paypal_gateway.open_checkout(request).checkout_ref
    if is_approved:
        at_paypal.approve(order_ref)
    for _ in range(2):
        closed = paypal_gateway.close_checkout(order_ref)
        assert closed is not None
        assert closed.status is PaymentStatus.EXPIRED
    at_paypal.approve(order_ref)
    assert paypal_gateway.capture(a_capture(request, order_ref)).status is PaymentStatus.EXPIRED
    assert at_paypal.booked("captures", request.attempt_id) == []


def test_closing_what_was_paid_tells_that(paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox) -> None:
    captured = bought(paypal_gateway, at_paypal)
    assert paypal_gateway.close_checkout(captured.checkout_ref) == captured


def test_what_nobody_has_approved_is_forgotten_in_hours(
    paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox
) -> None:
    request = a_checkout()
    order_ref = paypal_gateway.open_checkout(request).checkout_ref
    at_paypal.shared.advance(4 * HOUR_SECONDS)
    assert paypal_gateway.fetch_payment(checkout_ref=order_ref) is None
    with pytest.raises(Rejected, match="resource_not_found"):
        paypal_gateway.capture(a_capture(request, order_ref))
    assert paypal_gateway.close_checkout(order_ref) is None


def test_money_is_given_back_in_parts_and_never_more_than_came(
    paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox
) -> None:
    captured = bought(paypal_gateway, at_paypal)
    part, rest = a_refund(captured.payment_ref, 999), a_refund(captured.payment_ref, 2_000)
    first = paypal_gateway.refund(part)
    assert (first.left_minor, first.state, first.refund_id) == (999, RefundState.SUCCEEDED, part.refund_id)
    with pytest.raises(Rejected, match="refund_amount_exceeded"):
        paypal_gateway.refund(a_refund(captured.payment_ref, 2_001))
    second = paypal_gateway.refund(rest)
    assert paypal_gateway.find_refund(rest.refund_id, payment_ref=captured.payment_ref) == second
    assert paypal_gateway.find_refund("none", payment_ref=captured.payment_ref) is None
    with pytest.raises(Rejected, match="capture_fully_refunded"):
        paypal_gateway.refund(a_refund(captured.payment_ref, 1))
    told = paypal_gateway.fetch_payment(payment_ref=captured.payment_ref)
    assert told is not None
    assert told.status is PaymentStatus.CAPTURED


@pytest.mark.parametrize("days", [1, 46])
def test_a_refund_whose_answer_was_lost_is_not_made_twice(
    paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox, days: int
) -> None:
    captured = bought(paypal_gateway, at_paypal)
    asked = a_refund(captured.payment_ref, 1_000)
    at_paypal.lose_answer("POST", f"{CAPTURES}/{captured.payment_ref}/refund")
    with pytest.raises(Unavailable) as lost:
        paypal_gateway.refund(asked)
    assert lost.value.ambiguous
    at_paypal.shared.advance(days * 24 * HOUR_SECONDS)  # later on PayPal has forgotten the key
    assert paypal_gateway.refund(asked).refund_id == asked.refund_id
    assert len(at_paypal.booked("refunds", asked.refund_id)) == 1


def test_a_refund_that_is_pending_may_fail(paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox) -> None:
    captured = bought(paypal_gateway, at_paypal)
    at_paypal.refunds_wait(captured.payment_ref)
    asked = a_refund(captured.payment_ref, 1_000)
    pending = paypal_gateway.refund(asked)
    assert (pending.state, pending.left_minor) == (RefundState.PENDING, 1_000)
    at_paypal.end_refund(pending.reversal_ref, "fail")
    failed = paypal_gateway.find_refund(asked.refund_id, payment_ref=captured.payment_ref)
    assert failed is not None
    assert (failed.state, failed.left_minor) == (RefundState.FAILED, 0)


def test_what_a_bank_takes_back_is_told_beside_what_we_gave_back(
    paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox
) -> None:
    captured = bought(paypal_gateway, at_paypal)
    given = paypal_gateway.refund(a_refund(captured.payment_ref, 999))
    at_paypal.end(captured.payment_ref, "reverse")
    told = paypal_gateway.fetch_reversals(captured.charge_ref)
    assert told is not None
    assert (told.attempt_id, told.reversals[0]) == (captured.attempt_id, given)
    (taken,) = told.reversals[1:]
    assert taken.contest is not None
    assert (taken.left_minor, taken.contest.state) == (2_000, DisputeState.LOST)
    with pytest.raises(Rejected, match="refund_not_permitted_due_to_chargeback"):
        paypal_gateway.refund(a_refund(captured.payment_ref, 1))


def test_a_key_that_went_with_another_body_is_refused(paypal_gateway: PayPalGateway) -> None:
    request = a_checkout()
    paypal_gateway.open_checkout(request)
    with pytest.raises(Rejected, match="idempotency_key_reused"):
        paypal_gateway.open_checkout(replace(request, lines=(("Another", 1, 1),)))


def test_a_token_that_is_revoked_in_the_middle_is_renewed(
    paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox
) -> None:
    request = a_checkout()
    order_ref = paypal_gateway.open_checkout(request).checkout_ref
    at_paypal.approve(order_ref)
    at_paypal.revoke_tokens()
    assert paypal_gateway.capture(a_capture(request, order_ref)).status is PaymentStatus.CAPTURED


def test_a_token_expires_by_the_sandboxs_clock_in_the_middle(
    paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox
) -> None:
    captured = bought(paypal_gateway, at_paypal)
    at_paypal.shared.advance(10 * HOUR_SECONDS)
    assert paypal_gateway.fetch_payment(payment_ref=captured.payment_ref) == captured


def test_a_wrong_secret_is_a_fault_of_ours(at_paypal: PayPalSandbox) -> None:
    connection = Connection("client_of_nobody", "secret_of_nobody", f"{at_paypal.shared.address}/paypal")
    with pytest.raises(Unavailable) as refused:
        PayPalGateway(connection).open_checkout(a_checkout())
    assert not refused.value.ambiguous
    assert "secret_of_nobody" not in str(refused.value)
