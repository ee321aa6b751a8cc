"""Deleting a customer, with everything that goes with them (https://docs.stripe.com/api/customers/delete)."""

from sandbox.json_types import JsonObject
from sandbox.stripe.api.call import Call, Cause
from sandbox.stripe.customers import customers
from sandbox.stripe.events import events
from sandbox.stripe.payment_methods import payment_methods
from sandbox.stripe.subscriptions import end as subscription_end
from sandbox.world import World


def delete(world: World, call: Call, customer: JsonObject) -> JsonObject:
    """DELETE /v1/customers/{id}"""
    call.params.only()
    return remove(world, customer, call.cause)


def remove(world: World, customer: JsonObject, cause: Cause) -> JsonObject:
    """End the customer's subscriptions, take the cards away, then the customer.

    What is left under the id says only that it is deleted.
    """
    with world.clock.at(world.time_of(customer["id"])):
        subscription_end.cancel_all(world, customer, cause)
    for method in world.store.find(payment_methods.KIND, "customer", customer["id"]):
        payment_methods.take_away(world, method, cause)
    last_seen = world.store.get(customers.KIND, customer["id"]) or customer
    events.emit(world, "customer.deleted", last_seen, cause)
    return world.store.put(customers.KIND, {"id": customer["id"], "object": customers.KIND, "deleted": True})
