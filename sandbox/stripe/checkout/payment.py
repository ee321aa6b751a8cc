"""mode=payment: the buyer pays once. The current API makes the PaymentIntent when the buyer confirms, not before."""

from sandbox.json_types import JsonObject
from sandbox.stripe.api import amounts
from sandbox.stripe.api.call import Cause
from sandbox.stripe.api.params import Params
from sandbox.stripe.cards.issuer import PASSED
from sandbox.stripe.checkout import finish as checkout_finish
from sandbox.stripe.checkout import items as checkout_items
from sandbox.stripe.checkout import shape as checkout_shape
from sandbox.stripe.payments import charges, confirm, payment_intents
from sandbox.world import World

ACCEPTED = (
    *checkout_shape.COMMON,
    "customer_creation",
    "line_items",
    "payment_intent_data",
    "submit_type",
)
SUBMIT_TYPES = ("auto", "book", "donate", "pay", "subscribe")
FUTURE_USAGES = ("off_session", "on_session")


def asked_for(world: World, params: Params) -> tuple[JsonObject, JsonObject]:
    """Check all parameters, then shape the session and its plan; nothing is stored yet."""
    params.only(*ACCEPTED)
    session = checkout_shape.begin(world, params)
    items, currency = checkout_items.asked_for(world, params)
    total = sum(item["amount_total"] for item in items)
    amounts.must_be_chargeable(world, total, currency, "line_items")
    intent = _intent_wishes(params)
    creation = checkout_shape.customer_creation(session, params)
    # a card can only be saved with somebody
    creation = "always" if creation and intent["setup_future_usage"] else creation
    session |= {"amount_subtotal": total, "amount_total": total, "currency": currency, "customer_creation": creation}
    session["submit_type"] = params.choice("submit_type", SUBMIT_TYPES)
    return session, {"id": session["id"], "line_items": items, "payment_intent": intent}


def complete(world: World, session: JsonObject, plan: JsonObject, method: JsonObject, cause: Cause) -> JsonObject:
    """Charge the card of a buyer who is present. Raises the card error when it declines; the session stays open."""
    intent = _intent(world, session, plan, cause)
    # the session names its intent before the charge: a declined one can be found from it, too
    session = world.store.put(checkout_shape.KIND, {**session, "payment_intent": intent["id"]})
    after, charge = confirm.attempt(world, intent, method, cause, PASSED, session=session)
    if charge is None or charge["status"] == "failed":
        raise confirm.declined(after)
    completed = checkout_finish.finish(world, session, method, cause, {"payment_status": "paid"})
    charges.settle(world, charge, cause)
    return completed


def process(world: World, session: JsonObject, plan: JsonObject, method: JsonObject, cause: Cause) -> JsonObject:
    """The buyer is done, as with a debit of a bank account, and the money comes in some days, or never: see `clear`."""
    intent = confirm.process(world, _intent(world, session, plan, cause), method, cause)
    named = {**session, "payment_intent": intent["id"]}
    return checkout_finish.finish(world, named, method, cause, {"payment_status": "unpaid"})


def clear(world: World, session: JsonObject, intent: JsonObject, method: JsonObject, cause: Cause) -> JsonObject:
    """The bank answers to what was processed, as it would to a charge."""
    _, charge = confirm.attempt(world, intent, method, cause, PASSED, session=session)
    if charge is None or charge["status"] == "failed":
        return checkout_finish.cleared(world, session, cause, "failed")
    after = checkout_finish.cleared(world, {**session, "payment_status": "paid"}, cause, "succeeded")
    charges.settle(world, charge, cause)
    return after


def _intent(world: World, session: JsonObject, plan: JsonObject, cause: Cause) -> JsonObject:
    """The intent of an earlier, declined try, or a new one."""
    earlier = world.store.get(payment_intents.KIND, session["payment_intent"] or "")
    if earlier is not None:
        return earlier
    amount = {"amount": session["amount_total"], "currency": session["currency"], "customer": session["customer"]}
    return payment_intents.add(world, cause, plan["payment_intent"] | amount)


def _intent_wishes(params: Params) -> JsonObject:
    data = params.group("payment_intent_data")
    data.only("description", "metadata", "receipt_email", "setup_future_usage")
    return {
        "description": data.text("description"),
        "metadata": data.metadata(),
        "receipt_email": data.text("receipt_email"),
        "setup_future_usage": data.choice("setup_future_usage", FUTURE_USAGES),
    }
