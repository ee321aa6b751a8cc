"""Billing Portal sessions: a page where customers manage what they subscribed to
(https://docs.stripe.com/api/customer_portal/sessions).
"""

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors
from sandbox.stripe.api.blanks import blank
from sandbox.stripe.api.call import Call
from sandbox.stripe.customers import customers
from sandbox.stripe.portal.configurations import require_default
from sandbox.world import World

KIND = "billing_portal.session"


def create(world: World, call: Call) -> JsonObject:
    """POST /v1/billing_portal/sessions"""
    call.params.only("customer", "locale", "return_url")
    customer = customers.named(world, call.params)
    if customer is None:
        raise errors.missing("customer")
    require_default(world)
    session_id = new_id("bps")
    session = blank(
        KIND,
        id=session_id,
        created=world.time_of(customer["id"]),
        customer=customer["id"],
        locale=call.params.text("locale"),
        return_url=call.params.text("return_url"),
        url=f"{world.options.base_url}/portal/{session_id}",
    )
    return world.store.put(KIND, session)
