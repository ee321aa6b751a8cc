"""POST /v2/checkout/orders/{id}/capture"""

from sandbox.json_types import JsonObject
from sandbox.paypal.api import errors
from sandbox.paypal.api.call import Call
from sandbox.paypal.captures import captures, take
from sandbox.paypal.orders import orders, outcomes, purchase_unit
from sandbox.paypal.reporting import codes
from sandbox.paypal.vault import payment_tokens
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
    must_be_possible(world, order)
    return complete(world, order)


def must_be_possible(world: World, order: JsonObject) -> None:
    """Raises PayPalError when the invoice is paid already, or the buyer's way to pay is refused."""
    _must_be_new(world, order)
    outcome = order["outcome"]["name"]
    if outcome not in (outcomes.COMPLETE, outcomes.PENDING, outcomes.DECLINED):
        raise _refused(world, order, outcome)


def complete(world: World, order: JsonObject) -> JsonObject:
    """Take the money, or what the outcome makes of it; the order is done."""
    taken = take.take(world, _source(order), purchase_unit.amount(order["unit"]), order["outcome"])
    captures.tell(world, take.EVENTS[taken["status"]], taken)
    saved = _saved(world, order) if taken["status"] != captures.DECLINED else None
    done = orders.change(world, order, status=orders.COMPLETED, saved=saved)
    orders.tell(world, "CHECKOUT.ORDER.COMPLETED", done)
    return done


def _source(order: JsonObject) -> JsonObject:
    code = codes.SAVED_WALLET if order["saved"] else codes.CHECKOUT
    marks = {name: order["unit"].get(name) for name in ("invoice_id", "custom_id")}
    return {"order": order["id"], "code": code, "buyer": order["buyer"], **marks}


def _saved(world: World, order: JsonObject) -> str | None:
    """The wallet that paid, if it is to be charged again."""
    saving = order["saving"]
    if saving is None:
        return str(order["saved"]) if order["saved"] else None
    token = payment_tokens.save(world, saving["customer"], order["buyer"], saving["terms"])
    return str(token["id"])


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
    # one that a saved wallet should have paid was never made, and has no page
    has_page = orders.found(world, order["id"]) is not None
    back = (orders.page_link(world, order, rel),) if rel and has_page else ()
    return errors.impossible(issue, f"{issue.replace('_', ' ').capitalize()}.", links=back)
