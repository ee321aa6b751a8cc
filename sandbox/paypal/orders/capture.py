"""POST /v2/checkout/orders/{id}/capture"""

from sandbox.json_types import JsonObject
from sandbox.paypal.api import errors
from sandbox.paypal.api.call import Call
from sandbox.paypal.captures import captures, take
from sandbox.paypal.orders import orders, outcomes, purchase_unit
from sandbox.world import World

# where the buyer can do something about it
SENDS_THE_BUYER_BACK = {
    "INSTRUMENT_DECLINED": "redirect",
    "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING": "redirect",
    "PAYER_ACTION_REQUIRED": "payer-action",
}


def capture(world: World, call: Call) -> JsonObject:
    """The order afterwards. Raises PayPalError."""
    order = orders.of_path(world, call)
    call.fields.only()
    _must_be_approved(world, order)
    _must_be_new(world, order)
    outcome = order["outcome"]
    if outcome["name"] not in (outcomes.COMPLETE, outcomes.PENDING, outcomes.DECLINED):
        raise _refused(world, order, outcome["name"])
    return complete(world, order)


def complete(world: World, order: JsonObject) -> JsonObject:
    """Take the money, or what the outcome makes of it; the order is done."""
    taken = take.take(world, order["id"], order["unit"], purchase_unit.amount(order["unit"]), order["outcome"])
    done = orders.change(world, order, status=orders.COMPLETED)
    captures.tell(world, take.EVENTS[taken["status"]], taken)
    orders.tell(world, "CHECKOUT.ORDER.COMPLETED", done)
    return done


def _must_be_approved(world: World, order: JsonObject) -> None:
    if order["status"] == orders.COMPLETED:
        wrong = "Order already captured. If intent=CAPTURE only one capture per order is allowed."
        raise errors.impossible("ORDER_ALREADY_CAPTURED", wrong)
    if order["intent"] != "CAPTURE":
        raise errors.impossible("ACTION_DOES_NOT_MATCH_INTENT", "Order was created with an intent to authorize.")
    if order["status"] == orders.PAYER_ACTION_REQUIRED and order["buyer"]:
        raise _refused(world, order, "PAYER_ACTION_REQUIRED")
    if order["status"] != orders.APPROVED:
        wrong = "Payer has not yet approved the Order for payment."
        raise errors.impossible("ORDER_NOT_APPROVED", wrong, links=(orders.page_link(world, order, "approve"),))


def _must_be_new(world: World, order: JsonObject) -> None:
    """An account of PayPal's may ask, and ours does, that no two payments bear the same invoice number."""
    invoice_id = order["unit"].get("invoice_id")
    if invoice_id and captures.of_invoice(world, invoice_id):
        wrong = "Duplicate Invoice ID detected."
        raise errors.impossible("DUPLICATE_INVOICE_ID", wrong, "/purchase_units/0/invoice_id")


def _refused(world: World, order: JsonObject, issue: str) -> errors.PayPalError:
    rel = SENDS_THE_BUYER_BACK.get(issue)
    if issue == "PAYER_ACTION_REQUIRED":
        orders.change(world, order, status=orders.PAYER_ACTION_REQUIRED)
    back = (orders.page_link(world, order, rel),) if rel else ()
    return errors.impossible(issue, f"{issue.replace('_', ' ').capitalize()}.", links=back)
