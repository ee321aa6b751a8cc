"""The buyer's side of a Checkout Session: paying with a card."""

from dataclasses import dataclass
from urllib.parse import quote

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe import cards, charges, checkout, confirm, customers, events, payment_intents, payment_methods
from sandbox.stripe.call import Cause
from sandbox.stripe.checkout_shape import KIND, customer_details
from sandbox.world import World

PLACEHOLDER = "{CHECKOUT_SESSION_ID}"
NO_TEST_CARD = "This is no test card. Only Stripe's test card numbers work here; never type a real one."
EMAIL_DEFAULT = "buyer@example.com"
NAME_DEFAULT = "Sandbox Buyer"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try to pay ended. `message` is for the buyer, empty when it is paid; `already` when it had been before."""

    session: JsonObject
    message: str = ""
    code: str = ""
    decline_code: str = ""
    already: bool = False

    @property
    def paid(self) -> bool:
        """Whether the money is there, now or since before."""
        return bool(self.session["payment_status"] == "paid")


def pay(world: World, session: JsonObject, card_number: str, email: str = "", name: str = "") -> Outcome:
    """Charge the card for an open session. A session that is paid is never charged again."""
    if session["status"] == "open" and session["expires_at"] <= world.clock.now():
        checkout.expire_due(world)
        session = world.store.get(KIND, session["id"]) or session
    if session["status"] == "complete":
        return Outcome(session, already=True)
    if session["status"] == "expired":
        return Outcome(session, "This checkout has expired.", "checkout_session_expired")
    card = cards.by_number(card_number)
    if card is None:
        return Outcome(session, NO_TEST_CARD, "incorrect_number")
    return _charge(world, session, card, _billing(session, email, name))


def landing_url(session: JsonObject) -> str:
    """Where the buyer is sent after paying."""
    return str(session["success_url"]).replace(PLACEHOLDER, quote(session["id"], safe=""))


def _billing(session: JsonObject, email: str, name: str) -> JsonObject:
    known = session["customer_details"] or {}
    given = {"email": known.get("email") or email or EMAIL_DEFAULT, "name": name or NAME_DEFAULT}
    return {**payment_methods.blank_billing(), **given}


def _charge(world: World, session: JsonObject, card: cards.Card, billing: JsonObject) -> Outcome:
    cause = Cause(request_id=new_id("req", 14))
    customer_id = session["customer"] or _new_customer(world, session, billing, cause)
    intent = _intent(world, session, customer_id, cause)
    method = payment_methods.add(world, card, billing)
    # the session names its intent before the charge: a declined one can be found from it, too
    session = world.store.put(KIND, {**session, "customer": customer_id, "payment_intent": intent["id"]})
    _, charge = confirm.attempt(world, intent, method, cause, session)
    if charge["status"] == "failed":
        return Outcome(session, card.message, card.code, card.decline_code)
    completed = _complete(world, session, billing, cause)
    charges.settle(world, charge, cause)
    return Outcome(completed)


def _new_customer(world: World, session: JsonObject, billing: JsonObject, cause: Cause) -> str | None:
    if session["customer_creation"] != "always":
        return None
    details = {"email": billing["email"], "name": billing["name"]}
    return str(customers.add(world, cause, details)["id"])


def _intent(world: World, session: JsonObject, customer_id: str | None, cause: Cause) -> JsonObject:
    """The intent of an earlier, declined try, or a new one."""
    if session["payment_intent"]:
        earlier = world.store.get(payment_intents.KIND, session["payment_intent"])
        if earlier is not None:
            return earlier
    wishes = checkout.plan_of(world, session)["payment_intent"]
    amount = {"amount": session["amount_total"], "currency": session["currency"], "customer": customer_id}
    return payment_intents.add(world, cause, wishes | amount)


def _complete(world: World, session: JsonObject, billing: JsonObject, cause: Cause) -> JsonObject:
    changes = {
        "status": "complete",
        "payment_status": "paid",
        "url": None,
        "customer_details": customer_details(billing["email"], billing["name"]),
    }
    after = world.store.put(KIND, {**session, **changes})
    events.emit(world, "checkout.session.completed", after, cause)
    return after
