"""Test clocks: customers who live in a time of their own (https://docs.stripe.com/api/test_clocks).

Unlike Stripe's, a clock may have any number of customers and may be advanced by any number of periods at once, and
advancing is over when the call is answered.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors
from sandbox.stripe.api.call import Call
from sandbox.stripe.customers import customers
from sandbox.stripe.customers import deletion as customer_deletion
from sandbox.stripe.events import events
from sandbox.stripe.subscriptions import cycle as subscription_cycle
from sandbox.stripe.subscriptions.shape import KIND as SUBSCRIPTION
from sandbox.world import World

KIND = "test_helpers.test_clock"
# https://docs.stripe.com/billing/testing/test-clocks: deleted after 30 days. Here they stay
KEPT_SECONDS = 30 * 24 * 60 * 60


def create(world: World, call: Call) -> JsonObject:
    """POST /v1/test_helpers/test_clocks"""
    call.params.only("frozen_time", "name")
    now = world.clock.now()
    clock = {
        "id": new_id("clock"),
        "object": KIND,
        "created": now,
        "deletes_after": now + KEPT_SECONDS,
        "frozen_time": call.params.required_integer("frozen_time", least=1),
        "livemode": False,
        "name": call.params.text("name", 300),
        "status": "ready",
        "status_details": {},
    }
    world.store.put(KIND, clock)
    events.emit(world, f"{KIND}.created", clock, call.cause)
    return clock


def advance(world: World, call: Call, clock: JsonObject) -> JsonObject:
    """POST /v1/test_helpers/test_clocks/{test_clock}/advance: all that is due on the way happens, in order"""
    call.params.only("frozen_time")
    until = call.params.required_integer("frozen_time", least=1)
    if until <= clock["frozen_time"]:
        raise errors.invalid("`frozen_time` must be after the clock's present time.", param="frozen_time")
    details = {"advancing": {"target_frozen_time": until}}
    advancing = world.store.put(KIND, {**clock, "status": "advancing", "status_details": details})
    events.emit(world, f"{KIND}.advancing", advancing, call.cause)
    _run(world, clock["id"], until)
    ready = world.store.put(KIND, {**clock, "frozen_time": until, "status": "ready", "status_details": {}})
    events.emit(world, f"{KIND}.ready", ready, call.cause)
    return ready


def delete(world: World, call: Call, clock: JsonObject) -> JsonObject:
    """DELETE /v1/test_helpers/test_clocks/{test_clock}, with its customers and their subscriptions"""
    call.params.only()
    for customer in list(world.store.oldest_first(customers.KIND)):
        if customer.get("test_clock") == clock["id"]:
            with world.clock.at(clock["frozen_time"]):
                customer_deletion.remove(world, customer, call.cause)
    events.emit(world, f"{KIND}.deleted", clock, call.cause)
    world.store.put(KIND, {**clock, "deleted": True})
    return {"id": clock["id"], "object": KIND, "deleted": True}


def _run(world: World, clock_id: str, until: int) -> None:
    @contextmanager
    def stand_at(moment: int) -> Iterator[None]:
        clock = world.store.get(KIND, clock_id) or {}
        world.store.put(KIND, {**clock, "frozen_time": moment})
        with world.clock.at(moment):
            yield

    subscribed = [each for each in world.store.oldest_first(SUBSCRIPTION) if each["test_clock"] == clock_id]
    subscription_cycle.run(world, subscribed, until, stand_at)
