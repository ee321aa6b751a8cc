"""Billing Portal sessions: a page where customers manage what they subscribed to
(https://docs.stripe.com/api/customer_portal/sessions).
"""

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors
from sandbox.stripe.api.call import Call
from sandbox.stripe.customers import customers
from sandbox.world import World

KIND = "billing_portal.session"
# there is one way to set the portal up here: everything is allowed
CONFIGURATION = "bpc_sandbox"


def create(world: World, call: Call) -> JsonObject:
    """POST /v1/billing_portal/sessions"""
    call.params.only("customer", "locale", "return_url")
    customer = customers.named(world, call.params)
    if customer is None:
        raise errors.missing("customer")
    session_id = new_id("bps")
    session = {
        "id": session_id,
        "object": KIND,
        "configuration": CONFIGURATION,
        "created": world.time_of(customer["id"]),
        "customer": customer["id"],
        "customer_account": None,
        "flow": None,
        "livemode": False,
        "locale": call.params.text("locale"),
        "on_behalf_of": None,
        "return_url": call.params.text("return_url"),
        "url": f"{world.options.base_url}/portal/{session_id}",
    }
    return world.store.put(KIND, session)
