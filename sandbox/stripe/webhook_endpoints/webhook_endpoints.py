"""Webhook endpoints (https://docs.stripe.com/api/webhook_endpoints): the one that the options describe, if they do."""

from sandbox.json_types import JsonObject
from sandbox.stripe.api import lists
from sandbox.stripe.api.call import Call
from sandbox.world import World

KIND = "webhook_endpoint"
ENDPOINT_ID = "we_sandbox"


def list_page(world: World, call: Call) -> JsonObject:
    """GET /v1/webhook_endpoints"""
    call.params.only(*lists.PAGE_PARAMETERS)
    return lists.page_of([_endpoint(world)] if world.options.webhook_url else [], call.params, call.path)


def _endpoint(world: World) -> JsonObject:
    """As it is set up at this moment; the secret is told only when one is made."""
    return {
        "id": ENDPOINT_ID,
        "object": KIND,
        "api_version": world.options.api_version,
        "application": None,
        "created": 0,
        "description": None,
        "enabled_events": list(world.options.enabled_events),
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        "url": world.options.webhook_url,
    }
