"""An order that is paid and that PayPal tells no more: its capture says what became of the money, whoever asks."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import SecretStr

from billing.clocks.wall import Wall
from billing.errors import Unavailable
from billing.payments.queries import OpenCheckout
from calls.page_call import close_page, look_at_page
from gateways.gateway import Gateway
from gateways.paypal.client import PayPalGateway
from gateways.paypal.vendor import open_gateway
from schemas.facts.payments import CheckoutRequest, PaymentFact, PaymentStatus
from settings import SANDBOX_PAYPAL_CLIENT_ID, SANDBOX_PAYPAL_CLIENT_SECRET, SANDBOX_PAYPAL_MERCHANT_ID
from tests.gateways.paypal.paypal_sandbox import (
    HOUR_SECONDS,
    PayPalSandbox,
    a_capture,
    a_checkout,
    a_refund,
)
from tests.gateways.sandbox_process import Sandbox

LATER = Wall(datetime(2100, 1, 1, tzinfo=UTC))


@pytest.fixture
def paypal_vendor(paypal_process: Sandbox) -> Gateway:
    """PayPal as the registry opens it."""
    return open_gateway({
        "client_id": SecretStr(SANDBOX_PAYPAL_CLIENT_ID),
        "client_secret": SecretStr(SANDBOX_PAYPAL_CLIENT_SECRET),
        "environment": "sandbox",
        "api_base": f"{paypal_process.address}/paypal",
        "merchant_id": SANDBOX_PAYPAL_MERCHANT_ID,
        "calls_per_second": 0,
        "trust_file": None,
        "webhook_verification": "offline",
    })  # fmt: skip


def forgotten(
    gateway: PayPalGateway, at_paypal: PayPalSandbox, outcome: str = "complete"
) -> tuple[CheckoutRequest, PaymentFact]:
    """A purchase whose order was captured, and then forgotten."""
    asked = a_checkout()
    order_ref = gateway.open_checkout(asked).checkout_ref
    at_paypal.approve(order_ref, outcome)
    paid = gateway.capture(a_capture(asked, order_ref))
    at_paypal.forget(order_ref)
    assert gateway.fetch_payment(checkout_ref=order_ref) is None
    return asked, paid


@pytest.mark.parametrize("outcome", ["complete", "pending", "declined"])
def test_the_payment_is_the_same_by_its_capture(
    paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox, outcome: str
) -> None:
    _, paid = forgotten(paypal_gateway, at_paypal, outcome)
    assert paypal_gateway.fetch_payment(payment_ref=paid.payment_ref) == paid
    assert paypal_gateway.fetch_payment(checkout_ref=paid.checkout_ref, payment_ref=paid.payment_ref) == paid


def test_what_has_left_of_it_is_told_and_found(paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox) -> None:
    _, paid = forgotten(paypal_gateway, at_paypal)
    ours = a_refund(paid.payment_ref, 1_000)
    assert paypal_gateway.find_refund(ours.refund_id, payment_ref=paid.payment_ref) is None
    made = paypal_gateway.refund(ours)
    assert paypal_gateway.find_refund(ours.refund_id, payment_ref=paid.payment_ref) == made
    found = paypal_gateway.fetch_reversals(paid.payment_ref)
    assert found is not None
    assert (found.attempt_id, found.reversals) == (paid.attempt_id, (made,))


def test_books_that_have_forgotten_it_are_told(paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox) -> None:
    asked, paid = forgotten(paypal_gateway, at_paypal)
    at_paypal.shared.advance(4 * HOUR_SECONDS)
    assert paid.paid_at is not None
    marked = paypal_gateway.list_marked(paid.paid_at - timedelta(minutes=5))
    (ours,) = [each for each in marked if each.payment.attempt_id == asked.attempt_id]
    assert (ours.payment, ours.marks.account_id) == (paid, asked.marks.account_id)


Look = Callable[[Gateway, OpenCheckout, Wall], PaymentFact | None]


@pytest.mark.parametrize("look", [look_at_page, close_page])
def test_a_page_with_a_payment_is_not_said_to_be_unpaid(
    paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox, paypal_vendor: Gateway, look: Look
) -> None:
    asked, pending = forgotten(paypal_gateway, at_paypal, "pending")
    page = OpenCheckout(
        UUID(asked.attempt_id), "paypal", pending.checkout_ref, asked, asked.expires_at, pending.payment_ref
    )
    told = look(paypal_vendor, page, LATER)
    assert told is not None
    assert (told.status, told.payment_ref) == (PaymentStatus.PENDING, pending.payment_ref)
    at_paypal.end(pending.payment_ref, "complete")
    told = look(paypal_vendor, page, LATER)
    assert told is not None
    assert told.status is PaymentStatus.CAPTURED
    without = OpenCheckout(UUID(asked.attempt_id), "paypal", pending.checkout_ref, asked, asked.expires_at)
    unpaid = look(paypal_vendor, without, LATER)
    assert unpaid is not None
    assert unpaid.status is PaymentStatus.EXPIRED
    unknown = OpenCheckout(UUID(asked.attempt_id), "paypal", pending.checkout_ref, asked, asked.expires_at, "NOWHERE")
    with pytest.raises(Unavailable, match="so is its payment NOWHERE"):
        look(paypal_vendor, unknown, LATER)
