"""`payment_behavior=error_if_incomplete`: nothing happens at all unless the card pays."""

from sandbox.stripe.api import errors
from sandbox.stripe.cards import declines, issuer
from sandbox.stripe.cards.issuer import OFF_SESSION
from sandbox.stripe.payment_methods import payment_methods
from sandbox.world import World


def must_pay(world: World, method_id: str | None) -> None:
    """Raise the 402 that Stripe answers when this payment method would decline, or when there is none."""
    if method_id is None:
        raise errors.card_error(declines.of_code("generic_decline").error())
    verdict = issuer.on_charge(world, payment_methods.of_name(world, method_id), OFF_SESSION)
    if verdict.decline:
        raise errors.card_error(verdict.decline.error())
