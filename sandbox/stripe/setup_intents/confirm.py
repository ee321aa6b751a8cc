"""A setup intent meets a card: may it be charged later?"""

from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors
from sandbox.stripe.api.call import Cause
from sandbox.stripe.cards import challenge, issuer
from sandbox.stripe.cards.declines import Decline
from sandbox.stripe.cards.issuer import Presence
from sandbox.stripe.events import events
from sandbox.stripe.payment_methods import payment_methods
from sandbox.world import World

KIND = "setup_intent"
BUYER_PRESENT = Presence()


def confirm(world: World, intent: JsonObject, cause: Cause, return_url: str | None) -> JsonObject:
    """By API. Raises the card error that Stripe answers with 402; a challenge comes back as `requires_action`."""
    method = payment_methods.of_name(world, intent["payment_method"])
    after = attempt(world, intent, method, cause, BUYER_PRESENT, return_url)
    if after["last_setup_error"]:
        raise errors.card_error(after["last_setup_error"], setup_intent=after)
    return after


def attempt(
    world: World,
    intent: JsonObject,
    method: JsonObject,
    cause: Cause,
    presence: Presence,
    return_url: str | None = None,
) -> JsonObject:
    """One try to save the card: the intent afterwards, `succeeded`, with a `last_setup_error` or a `next_action`."""
    verdict = issuer.on_saving(issuer.card_of(world, method), presence)
    if verdict.challenge:
        action = challenge.next_action(world, intent["id"], return_url)
        changes = {"status": "requires_action", "payment_method": method["id"], "next_action": action}
        return _told(world, {**intent, **changes, "last_setup_error": None}, "setup_intent.requires_action", cause)
    if verdict.decline:
        return refused(world, intent, _error(verdict.decline, method), cause)
    return _succeeded(world, intent, method, cause)


def refused(world: World, intent: JsonObject, error: JsonObject, cause: Cause) -> JsonObject:
    """The card could not be saved, for the reason the error tells; another one may be tried."""
    changes = {"status": "requires_payment_method", "payment_method": None, "next_action": None}
    return _told(world, {**intent, **changes, "last_setup_error": error}, "setup_intent.setup_failed", cause)


def _succeeded(world: World, intent: JsonObject, method: JsonObject, cause: Cause) -> JsonObject:
    if intent["usage"] == "off_session":
        issuer.set_up(world, method)
    changes = {"status": "succeeded", "payment_method": method["id"], "next_action": None, "last_setup_error": None}
    after = _told(world, {**intent, **changes}, "setup_intent.succeeded", cause)
    if intent["customer"]:
        payment_methods.give(world, method, intent["customer"], cause)
    return after


def _error(decline: Decline, method: JsonObject) -> JsonObject:
    return {**decline.error(), "payment_method": method}


def _told(world: World, after: JsonObject, event_type: str, cause: Cause) -> JsonObject:
    world.store.put(KIND, after)
    events.emit(world, event_type, after, cause)
    return after
