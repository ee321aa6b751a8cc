"""Events: what happened, with the resource as it was then (https://developer.paypal.com/api/rest/webhooks/)."""

from sandbox.ids import new_code
from sandbox.json_types import JsonObject
from sandbox.paypal.api import moments
from sandbox.world import World

KIND = "paypal.event"


def announce(world: World, event_type: str, resource_type: str, resource: JsonObject) -> JsonObject:
    """Record an event; `resource` is as the API answers it."""
    event = {
        "id": f"WH-{new_code(17)}-{new_code(17)}",
        "event_version": "1.0",
        "create_time": moments.shown(world.clock.now()),
        "resource_type": resource_type,
        "event_type": event_type,
        "resource": resource,
    }
    return world.store.put(KIND, event)
