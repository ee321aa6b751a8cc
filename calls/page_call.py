"""Calls about a hosted page: what became of the payment on it, and its end. They write nothing."""

from collections.abc import Callable

from billing.clocks.wall import Wall
from billing.payments.queries import CLOCK_TOLERANCE, OpenCheckout
from gateways.gateway import Gateway
from schemas.facts.payments import CheckoutRequest, PaymentFact, PaymentStatus, never_came


def look_at_page(gateway: Gateway, page: OpenCheckout, wall: Wall) -> PaymentFact | None:
    """What the gateway says of the payment; None while nobody knows whether there is a page. Raises Unavailable."""
    return _of_page(gateway, page, wall, lambda found: gateway.checkout.fetch_payment(checkout_ref=found))


def close_page(gateway: Gateway, page: OpenCheckout, wall: Wall) -> PaymentFact | None:
    """The same after it was closed: it may have been paid before. Raises Unavailable."""
    return _of_page(gateway, page, wall, gateway.checkout.close_checkout)


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
