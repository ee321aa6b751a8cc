"""Calls about a hosted page: what became of the payment on it, and its end. They write nothing."""

from collections.abc import Callable

import structlog

from billing.clocks.wall import Wall
from billing.errors import Rejected, Unavailable
from billing.outcomes.record_outcome import PaymentContradiction
from billing.payments.queries import CLOCK_TOLERANCE, OpenCheckout
from gateways.gateway import Capability, Gateway
from schemas.facts.payments import CaptureRequest, CheckoutRequest, PaymentFact, PaymentStatus, never_came

log = structlog.get_logger(__name__)


def look_at_page(gateway: Gateway, page: OpenCheckout, wall: Wall) -> PaymentFact | None:
    """What the gateway says of the payment; None while nobody knows whether there is a page. Raises Unavailable.

    A page that takes nothing unless we capture it does not end by itself: its gateway forgets it, or we close it.
    """
    fact = _of_page(gateway, page, wall, lambda found: gateway.checkout.fetch_payment(checkout_ref=found))
    if wall.at <= page.request.expires_at + CLOCK_TOLERANCE or not gateway.can(Capability.CAPTURES):
        return fact
    if fact is None:
        return _forgotten(gateway, page)
    is_in_vain = fact.page_url or fact.status is PaymentStatus.FAILED
    return _close(gateway, page, fact.checkout_ref) if is_in_vain else fact


def capture_page(gateway: Gateway, page: OpenCheckout, key: str) -> PaymentFact:
    """What became of capturing what the customer agreed to. A refusal is an outcome, too. Raises Unavailable."""
    captures, attempt_id = gateway.captures, page.request.attempt_id
    try:
        return captures.capture(CaptureRequest(attempt_id, key, page.checkout_ref))
    except Rejected as refusal:
        if refusal.code == "idempotency_key_reused":
            raise PaymentContradiction(f"the capture of {attempt_id} was sent with other parameters before") from None
        log.warning("capture_refused", code=refusal.code, detail=refusal.detail)
        return never_came(gateway.name, page.request, PaymentStatus.FAILED, refusal.code)


def close_page(gateway: Gateway, page: OpenCheckout, wall: Wall) -> PaymentFact | None:
    """The same after it was closed: it may have been paid before. Raises Unavailable."""
    return _of_page(gateway, page, wall, lambda found: _close(gateway, page, found))


def _close(gateway: Gateway, page: OpenCheckout, checkout_ref: str) -> PaymentFact:
    return gateway.checkout.close_checkout(checkout_ref) or _forgotten(gateway, page)


def _forgotten(gateway: Gateway, page: OpenCheckout) -> PaymentFact:
    """What became of a page that its gateway does not know any more: nobody has paid, unless a payment is known here.

    Raises Unavailable where the gateway does not know that one either.
    """
    if not page.payment_ref:
        return never_paid(gateway.name, page.request)
    payment = gateway.checkout.fetch_payment(payment_ref=page.payment_ref)
    if payment is None:
        raise Unavailable(f"the page {page.checkout_ref} is forgotten, and so is its payment {page.payment_ref}")
    return payment


def never_paid(gateway: str, request: CheckoutRequest) -> PaymentFact:
    """The end of a page that was not opened and will not be."""
    return never_came(gateway, request, PaymentStatus.EXPIRED)


def _of_page(
    gateway: Gateway, page: OpenCheckout, wall: Wall, ask: Callable[[str], PaymentFact | None]
) -> PaymentFact | None:
    """What has come of its opening is searched for; once the page would have expired by itself, it was never opened."""
    last_at = page.request.expires_at + CLOCK_TOLERANCE
    if page.checkout_ref:
        return ask(page.checkout_ref)
    found = gateway.checkout.find_checkout(
        page.request.attempt_id,
        created_after=page.created_at - CLOCK_TOLERANCE,
        created_before=last_at,
        customer_ref=page.request.customer_ref,
    )
    if found is not None:
        return ask(found.checkout_ref)
    return never_paid(gateway.name, page.request) if wall.at > last_at else None
