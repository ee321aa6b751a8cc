"""The buyer's side of a Checkout Session: typing in a card."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.api.call import Cause
from sandbox.stripe.api.errors import StripeError
from sandbox.stripe.cards import cards, challenge, issuer
from sandbox.stripe.cards.issuer import Presence
from sandbox.stripe.cards.numbers import Card
from sandbox.stripe.checkout import modes as checkout_modes
from sandbox.stripe.checkout import payment as checkout_payment
from sandbox.stripe.checkout import sessions as checkout
from sandbox.stripe.checkout.shape import KIND
from sandbox.stripe.customers import customers
from sandbox.stripe.payment_methods import payment_methods
from sandbox.stripe.payment_methods.shape import blank_billing
from sandbox.world import World

PLACEHOLDER = "{CHECKOUT_SESSION_ID}"
NO_TEST_CARD = "This is no test card. Only Stripe's test card numbers work here; never type a real one."
EMAIL_DEFAULT = "buyer@example.com"
NAME_DEFAULT = "Sandbox Buyer"

# what the buyer does when the bank asks for 3D Secure; "ask" leaves it to a further step
Authentication = Literal["ask", "complete", "fail"]


@dataclass(frozen=True, slots=True)
class Buyer:
    """What is typed into the page. What `clears_later` takes its bank some days."""

    card_number: str
    email: str = ""
    name: str = ""
    expires: str = ""
    authentication: Authentication = "complete"
    clears_later: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try to pay ended. `message` is for the buyer, empty when all is done; `already` when it had been before.

    With `challenge` nothing has happened yet: the bank wants an answer first.
    """

    session: JsonObject
    message: str = ""
    code: str = ""
    decline_code: str = ""
    already: bool = False
    challenge: bool = False

    @property
    def done(self) -> bool:
        """Whether the session is complete, now or since before."""
        return bool(self.session["status"] == "complete")


def pay(world: World, session: JsonObject, buyer: Buyer) -> Outcome:
    """Complete an open session with a card. One that is complete is never charged again."""
    if session["status"] == "open" and checkout.is_over(world, session):
        checkout.expire_due(world)
        session = _present(world, session)
    if session["status"] == "complete":
        return Outcome(session, already=True)
    if session["status"] == "expired":
        return Outcome(session, "This checkout has expired.", "checkout_session_expired")
    card = cards.by_number(buyer.card_number)
    if card is None:
        return _refused(session, buyer.card_number)
    if _asks(session, card) and buyer.authentication != "complete":
        return _unauthenticated(session, buyer)
    return _complete(world, session, card, buyer)


def landing_url(session: JsonObject) -> str:
    """Where the buyer is sent after paying."""
    return str(session["success_url"]).replace(PLACEHOLDER, quote(session["id"], safe=""))


def _refused(session: JsonObject, number: str) -> Outcome:
    why = cards.refusal(number)
    message = why.message if why.code == "incorrect_number" else NO_TEST_CARD
    return Outcome(session, message, why.code, why.decline_code)


def _asks(session: JsonObject, card: Card) -> bool:
    """Whether the bank wants to see the buyer, who is here."""
    if session["mode"] == "setup":
        return issuer.on_saving(card, Presence()).challenge
    return card.authentication != "never"


def _unauthenticated(session: JsonObject, buyer: Buyer) -> Outcome:
    if buyer.authentication == "ask":
        return Outcome(session, challenge=True)
    code = challenge.FAILED_CODES["setup_intent" if session["mode"] == "setup" else "payment_intent"]
    return Outcome(session, challenge.FAILED_MESSAGE, code)


def _complete(world: World, session: JsonObject, card: Card, buyer: Buyer) -> Outcome:
    cause = Cause(request_id=new_id("req", 14))
    try:
        method = payment_methods.add(world, card, _billing(session, buyer), buyer.expires)
        session = _with_customer(world, session, method["billing_details"], cause)
        plan = checkout.plan_of(world, session)
        complete = checkout_payment.process if buyer.clears_later else checkout_modes.of(session).complete
        return Outcome(complete(world, session, plan, method, cause))
    except StripeError as refusal:
        error = refusal.error
        code, decline_code = str(error.get("code", "")), str(error.get("decline_code", ""))
        return Outcome(_present(world, session), error["message"], code, decline_code)


def _billing(session: JsonObject, buyer: Buyer) -> JsonObject:
    known = session["customer_details"] or {}
    given = {"email": known.get("email") or buyer.email or EMAIL_DEFAULT, "name": buyer.name or NAME_DEFAULT}
    return {**blank_billing(), **given}


def _with_customer(world: World, session: JsonObject, billing: JsonObject, cause: Cause) -> JsonObject:
    wanted = session["customer_creation"] == "always" or session["mode"] == "subscription"
    if session["customer"] or not wanted:
        return session
    customer = customers.add(world, cause, {"email": billing["email"], "name": billing["name"]})
    return world.store.put(KIND, {**session, "customer": customer["id"]})


def _present(world: World, session: JsonObject) -> JsonObject:
    return world.store.get(KIND, session["id"]) or session
