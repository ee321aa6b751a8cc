"""Webhooks (https://developer.paypal.com/docs/api/webhooks/v1/#webhooks): the one that the options describe."""

from sandbox.json_types import JsonObject
from sandbox.paypal.api import errors
from sandbox.paypal.api.call import Call
from sandbox.paypal.api.links import link
from sandbox.world import World

PATH = "/v1/notifications/webhooks"


def list_all(world: World, call: Call) -> JsonObject:
    """GET /v1/notifications/webhooks"""
    return {"webhooks": [_webhook(world)] if world.options.paypal_webhook_url else []}


def retrieve(world: World, call: Call) -> JsonObject:
    """GET /v1/notifications/webhooks/{webhook_id}"""
    options = world.options
    if not options.paypal_webhook_url or call.ids["webhook_id"] != options.paypal_webhook_id:
        raise errors.not_found(call.ids["webhook_id"], "webhook_id")
    return _webhook(world)


def _webhook(world: World) -> JsonObject:
    """As it is set up at this moment."""
    options = world.options
    return {
        "id": options.paypal_webhook_id,
        "url": options.paypal_webhook_url,
        "event_types": [{"name": name, "status": "ENABLED"} for name in options.paypal_enabled_events],
        "links": [link(world, f"{PATH}/{options.paypal_webhook_id}", "self")],
    }
