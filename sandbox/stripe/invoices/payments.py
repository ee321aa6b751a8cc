"""Invoice payments: which payment intent pays which invoice (https://docs.stripe.com/api/invoice-payment).

Since 2025-03-31.basil this object alone tells it; older versions of the API have fields for it on both sides.
"""

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.api.blanks import blank
from sandbox.stripe.api.call import Cause
from sandbox.stripe.api.lists import Test
from sandbox.stripe.api.params import Params
from sandbox.stripe.events import events
from sandbox.world import World

KIND = "invoice_payment"
# from a payment intent to its invoice payment, under the intent's id
LINK = "invoice_payment_of_intent"
FIRST_VERSION = "2025-03-31"


def by_intent(params: Params) -> Test:
    """The `payment` filter of the list."""
    payment = params.group("payment")
    payment.only("payment_intent", "type")
    payment.choice("type", ("payment_intent",))
    intent_id = payment.text("payment_intent")
    return lambda record: intent_id in (None, record["payment"]["payment_intent"])


def add(world: World, invoice: JsonObject, intent: JsonObject) -> JsonObject:
    """The intent is there to pay this invoice."""
    payment = blank(
        KIND,
        id=new_id("inpay"),
        amount_requested=intent["amount"],
        created=intent["created"],
        currency=intent["currency"],
        invoice=invoice["id"],
        payment={"payment_intent": intent["id"], "type": "payment_intent"},
    )
    world.store.put(LINK, {"id": intent["id"], "invoice_payment": payment["id"]})
    return world.store.put(KIND, payment)


def of_invoice(world: World, invoice_id: str) -> JsonObject | None:
    """The one that an invoice has once it is finalized with an amount to pay."""
    found = world.store.find(KIND, "invoice", invoice_id)
    return found[0] if found else None


def of_intent(world: World, intent_id: str) -> JsonObject | None:
    """The one that a payment intent belongs to; None for an intent that pays no invoice."""
    link = world.store.get(LINK, intent_id)
    return world.store.get(KIND, link["invoice_payment"]) if link else None


def intent_of(world: World, invoice_id: str) -> JsonObject | None:
    """The payment intent of an invoice, if it has one."""
    payment = of_invoice(world, invoice_id)
    return world.store.get("payment_intent", payment["payment"]["payment_intent"]) if payment else None


def paid(world: World, payment: JsonObject, now: int, cause: Cause) -> None:
    """The money is there."""
    transitions = {"canceled_at": None, "paid_at": now}
    changes = {"amount_paid": payment["amount_requested"], "status": "paid", "status_transitions": transitions}
    after = world.store.put(KIND, {**payment, **changes})
    if world.options.api_version >= FIRST_VERSION:
        events.emit(world, "invoice_payment.paid", after, cause)


def canceled(world: World, payment: JsonObject, now: int) -> None:
    """It will never come."""
    transitions = {"canceled_at": now, "paid_at": None}
    world.store.put(KIND, {**payment, "status": "canceled", "status_transitions": transitions})
