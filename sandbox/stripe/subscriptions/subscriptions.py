"""Subscriptions by API (https://docs.stripe.com/api/subscriptions)."""

from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors
from sandbox.stripe.api.call import Call
from sandbox.stripe.api.lists import Test
from sandbox.stripe.api.params import Params
from sandbox.stripe.customers import customers
from sandbox.stripe.invoices.invoicing import Collection
from sandbox.stripe.subscriptions import asked as subscription_asked
from sandbox.stripe.subscriptions import change as subscription_change
from sandbox.stripe.subscriptions import end as subscription_end
from sandbox.stripe.subscriptions import pause as subscription_pause
from sandbox.stripe.subscriptions import prorated_end as subscription_prorated_end
from sandbox.stripe.subscriptions import start as subscription_start
from sandbox.stripe.subscriptions.shape import ENDED, KIND, items_of
from sandbox.world import World

STATUSES = (
    "active",
    "all",
    "canceled",
    "ended",
    "incomplete",
    "incomplete_expired",
    "past_due",
    "paused",
    "trialing",
    "unpaid",
)


def create(world: World, call: Call) -> JsonObject:
    """POST /v1/subscriptions"""
    call.params.only(*subscription_asked.CREATABLE)
    customer = customers.named(world, call.params)
    if customer is None:
        raise errors.missing("customer")
    with world.clock.at(world.time_of(customer["id"])):
        wanted = subscription_asked.start(world, call.params, customer, call.cause)
        waits = subscription_asked.must_be_collectable(world, call.params, customer, wanted)
        how = Collection(at_once=not waits, future_usage="off_session" if waits else None)
        return subscription_start.start(world, customer, wanted, call.cause, how)


def update(world: World, call: Call, before: JsonObject) -> JsonObject:
    """POST /v1/subscriptions/{id}"""
    call.params.only(*subscription_asked.UPDATABLE)
    if before["status"] in ENDED and not set(call.params.fields) <= {"metadata", "cancellation_details"}:
        message = "A canceled subscription can only update its cancellation_details and metadata."
        raise errors.conflict(message, "subscription_canceled")
    with world.clock.at(world.time_of(before["customer"])):
        waits = subscription_asked.is_to_wait(call.params, before)
        change = subscription_asked.change(world, call.params, before, call.cause)
        if waits:
            return subscription_change.change_when_paid(world, before, change, call.cause)
        subscription_asked.must_be_payable(world, call.params, before, change)
        return subscription_change.change(world, before, change, call.cause)


def cancel(world: World, call: Call, before: JsonObject) -> JsonObject:
    """DELETE /v1/subscriptions/{id}: at once; `prorate` credits the rest, `invoice_now` bills what is open"""
    call.params.only("cancellation_details", "invoice_now", "prorate")
    if before["status"] in ENDED:
        raise errors.not_found(KIND, before["id"])
    with world.clock.at(world.time_of(before["customer"])):
        details = subscription_asked.cancellation_details(call.params) | {"reason": "cancellation_requested"}
        subscription_prorated_end.settle(
            world, before, call.cause, prorate=call.params.flag("prorate"), bill=call.params.flag("invoice_now")
        )
        current = world.store.get(KIND, before["id"]) or before
        return subscription_end.cancel(world, current, details, call.cause)


def resume(world: World, call: Call, before: JsonObject) -> JsonObject:
    """POST /v1/subscriptions/{id}/resume: one whose trial ended without a payment method"""
    call.params.only("billing_cycle_anchor", "proration_behavior")
    call.params.choice("billing_cycle_anchor", ("now",))
    with world.clock.at(world.time_of(before["customer"])):
        return subscription_pause.resume(world, before, call.cause)


def by_price(params: Params) -> Test:
    """The `price` filter of the list."""
    price_id = params.text("price")
    return lambda subscription: price_id in (None, *(each["price"]["id"] for each in items_of(subscription)))


def by_status(params: Params) -> Test:
    """The `status` filter of the list: without it all that have not ended."""
    status = params.choice("status", STATUSES)
    if status is None:
        return lambda subscription: subscription["status"] not in ENDED
    if status == "ended":
        return lambda subscription: subscription["status"] in ENDED
    return lambda subscription: status in ("all", subscription["status"])
