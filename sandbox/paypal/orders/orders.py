"""Orders v2 (https://developer.paypal.com/docs/api/orders/v2/)."""

from sandbox.json_types import JsonObject
from sandbox.paypal.api import errors
from sandbox.paypal.api.call import Call
from sandbox.world import World

KIND = "paypal.order"


def retrieve(world: World, call: Call) -> JsonObject:
    """GET /v2/checkout/orders/{id}"""
    order = world.store.get(KIND, call.ids["id"])
    if order is None:
        raise errors.not_found(call.ids["id"])
    return order
