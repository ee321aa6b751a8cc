"""POST /v2/checkout/orders"""

from sandbox.ids import new_code
from sandbox.json_types import JsonObject
from sandbox.paypal.api import errors
from sandbox.paypal.api.call import Call
from sandbox.paypal.orders import charge_saved, orders, payment_source, purchase_unit
from sandbox.world import World

# PayPal takes ten; who imitates more than one purchase here has to say which of them a capture is of
UNITS_MAX = 1


def create(world: World, call: Call) -> JsonObject:
    """An order that waits for its buyer, or one that a saved wallet has paid already. Raises PayPalError."""
    call.fields.only("intent", "purchase_units", "payment_source", "application_context")
    call.fields.require("intent", "purchase_units")
    intent = call.fields.choice("intent", ("CAPTURE", "AUTHORIZE"))
    has_source = call.fields.given("payment_source")
    if has_source and not call.request_id:
        wrong = "A PayPal-Request-Id is required if a payment_source is specified."
        raise errors.invalid("PAYPAL_REQUEST_ID_REQUIRED", "PayPal-Request-Id", wrong)
    (unit,) = call.fields.groups("purchase_units", UNITS_MAX)
    now, source = world.clock.now(), payment_source.read(call.fields)
    order = {
        "id": new_code(),
        "status": orders.PAYER_ACTION_REQUIRED if has_source else orders.CREATED,
        "intent": intent,
        "unit": purchase_unit.read(world, unit),
        "payment_source": has_source,
        "experience": source["experience"],
        "saving": source["saving"],
        "saved": None,
        "buyer": None,
        "outcome": None,
        "created": now,
        "updated": now,
        "expires_at": now + world.options.paypal_order_seconds,
    }
    if source["vault_id"]:
        return charge_saved.charge(world, order, source["vault_id"])
    return world.store.put(orders.KIND, order)
