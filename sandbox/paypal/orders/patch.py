"""PATCH /v2/checkout/orders/{id}: what may be changed about an order that is not paid."""

from sandbox.json_types import JsonObject
from sandbox.paypal.api import errors
from sandbox.paypal.api.call import Call
from sandbox.paypal.api.fields import Fields
from sandbox.paypal.orders import orders, purchase_unit
from sandbox.world import World

OPERATIONS_MAX = 20
OF_UNIT = tuple(f"/purchase_units/@reference_id=='{{}}'/{name}" for name in purchase_unit.TEXTS)


def patch(world: World, call: Call) -> JsonObject:
    """The order afterwards; all of the operations are done, or none. Raises PayPalError."""
    order = orders.of_path(world, call)
    if order["status"] == orders.COMPLETED:
        raise errors.impossible("ORDER_ALREADY_COMPLETED", "The order cannot be patched after it is completed.")
    changed = order
    for operation in call.fields.groups("operations", OPERATIONS_MAX):
        changed = _applied(changed, operation)
    return orders.change(world, changed)


def _applied(order: JsonObject, operation: Fields) -> JsonObject:
    operation.only("op", "path", "value")
    operation.require("op", "path", "value")
    path = operation.required_text("path", 1_000)
    if path == "/intent":
        operation.choice("op", ("replace",))
        return {**order, "intent": operation.choice("value", ("CAPTURE", "AUTHORIZE"))}
    paths = {known.format(order["unit"]["reference_id"]): known for known in OF_UNIT}
    if path not in paths:
        raise errors.impossible("NOT_PATCHABLE", "Cannot be patched. This sandbox knows /intent and texts.", path)
    operation.choice("op", ("replace", "add"))
    name = path.rpartition("/")[2]
    return {**order, "unit": {**order["unit"], name: operation.required_text("value")}}
