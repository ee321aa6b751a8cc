"""Events: what happened, with the resource as it was then (https://developer.paypal.com/api/rest/webhooks/)."""

from sandbox.ids import new_code
from sandbox.json_types import JsonObject
from sandbox.paypal.api import moments
from sandbox.paypal.api.links import link
from sandbox.paypal.webhooks.sender import KIND
from sandbox.world import World

PATH = "/v1/notifications/webhooks-events"
# by resource; those of the first version of the API do not say of which they are
VERSIONS = {"checkout-order": "2.0", "capture": "2.0", "refund": "2.0", "payment_token": "3.0", "subscription": "2.0"}


def announce(world: World, event_type: str, resource_type: str, resource: JsonObject) -> JsonObject:
    """Record an event and hand it to the courier; `resource` is as the API answers it."""
    event_id = f"WH-{new_code(17)}-{new_code(17)}"
    version = {"resource_version": VERSIONS[resource_type]} if resource_type in VERSIONS else {}
    event = {
        "id": event_id,
        "event_version": "1.0",
        "create_time": moments.shown(world.clock.now()),
        "resource_type": resource_type,
        **version,
        "event_type": event_type,
        "summary": event_type.replace(".", " ").capitalize(),
        "resource": resource,
        "links": [
            link(world, f"{PATH}/{event_id}", "self"),
            link(world, f"{PATH}/{event_id}/resend", "resend", "POST"),
        ],
    }
    world.store.put(KIND, event)
    world.courier.dispatch(KIND, event)
    return event
