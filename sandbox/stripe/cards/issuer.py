"""What the card's issuer says: to a charge, and to saving the card."""

from typing import NamedTuple

from sandbox.json_types import JsonObject
from sandbox.stripe.cards import declines
from sandbox.stripe.cards.declines import Decline
from sandbox.stripe.cards.numbers import CARDS, Card
from sandbox.world import World

# which test card a payment method is: it stays between us and the journal
NUMBER = "card_number"
# how charging a saved card has been made to end by the control API
STEERING = "card_steering"
DECLINE_CODES = declines.CODES


class Presence(NamedTuple):
    """Whether the buyer is there to be asked, and whether they have passed 3D Secure already."""

    off_session: bool = False
    authenticated: bool = False


class Verdict(NamedTuple):
    """A decline, a challenge to the buyer, or neither: then the card pays."""

    decline: Decline | None = None
    challenge: bool = False


OFF_SESSION = Presence(off_session=True)
PASSED = Presence(authenticated=True)


def know(world: World, method_id: str, card: Card) -> None:
    """Remember which card a new payment method is."""
    world.store.put(NUMBER, {"id": method_id, "number": card.number})


def card_of(world: World, method: JsonObject) -> Card:
    """The test card behind a payment method."""
    return CARDS[_secret(world, method)["number"]]


def set_up(world: World, method: JsonObject) -> None:
    """From now on the card may be charged while the buyer is away, as far as its issuer allows that at all."""
    world.store.put(NUMBER, {**_secret(world, method), "set_up": True})


def spend(world: World, method: JsonObject) -> None:
    """It was detached: no customer may have it again."""
    world.store.put(NUMBER, {**_secret(world, method), "spent": True})


def is_spent(world: World, method: JsonObject) -> bool:
    """Whether it was detached once."""
    return bool(_secret(world, method)["spent"])


def steer(world: World, method_id: str, decline_code: str | None) -> None:
    """Charging this payment method declines with that code until it is None. Raises LookupError for unknown codes."""
    if decline_code is not None:
        declines.of_code(decline_code)
    world.store.put(STEERING, {"id": method_id, "decline_code": decline_code})


def steered(world: World, method: JsonObject) -> str | None:
    """The decline code that charging is made to end with, if any."""
    steering = world.store.get(STEERING, method["id"])
    return steering["decline_code"] if steering else None


def on_charge(world: World, method: JsonObject, presence: Presence) -> Verdict:
    """The answer to one try to charge."""
    code = steered(world, method)
    if code is not None:
        return Verdict(decline=declines.of_code(code))
    card = card_of(world, method)
    if not presence.authenticated and _asks(card, _secret(world, method)["set_up"], presence):
        return Verdict(decline=declines.AUTHENTICATION_REQUIRED) if presence.off_session else Verdict(challenge=True)
    return Verdict(decline=card.decline)


def on_saving(card: Card, presence: Presence) -> Verdict:
    """The answer to setting a card up for later."""
    if card.authentication in ("always", "unless_set_up") and not presence.authenticated:
        return Verdict(decline=declines.AUTHENTICATION_REQUIRED) if presence.off_session else Verdict(challenge=True)
    return Verdict(decline=None if card.saves else card.decline)


def _asks(card: Card, is_set_up: bool, presence: Presence) -> bool:
    """Whether the issuer wants the buyer to authenticate this payment."""
    if card.authentication == "unless_set_up":
        return not (presence.off_session and is_set_up)
    if card.authentication == "already_set_up":
        return not presence.off_session
    return card.authentication == "always"


def _secret(world: World, method: JsonObject) -> JsonObject:
    secret = world.store.get(NUMBER, method["id"])
    if secret is None:
        raise LookupError(f"{method['id']} was never added")
    return {"set_up": False, "spent": False, **secret}
