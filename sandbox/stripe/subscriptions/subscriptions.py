"""Subscriptions by API (https://docs.stripe.com/api/subscriptions)."""

from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors, lists
from sandbox.stripe.api.call import Call
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
LISTED_BY = ("collection_method", "created", "customer", "price", "status", "test_clock", *lists.PAGE_PARAMETERS)


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


def retrieve(world: World, call: Call) -> JsonObject:
    """GET /v1/subscriptions/{subscription}"""
    return _of_path(world, call)


def update(world: World, call: Call) -> JsonObject:
    """POST /v1/subscriptions/{subscription}"""
    before = _of_path(world, call)
    call.params.only(*subscription_asked.UPDATABLE)
    if before["status"] in ENDED and not set(call.params.fields) <= {"metadata", "cancellation_details"}:
        message = "A canceled subscription can only update its cancellation_details and metadata."
        raise errors.conflict(message, "subscription_canceled")
    with world.clock.at(world.time_of(before["customer"])):
        change = subscription_asked.change(world, call.params, before, call.cause)
        subscription_asked.must_be_payable(world, call.params, before, change)
        return subscription_change.change(world, before, change, call.cause)


def cancel(world: World, call: Call) -> JsonObject:
    """DELETE /v1/subscriptions/{subscription}: at once; `prorate` credits the rest, `invoice_now` bills what is open"""
    before = _of_path(world, call)
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


def resume(world: World, call: Call) -> JsonObject:
    """POST /v1/subscriptions/{subscription}/resume: one whose trial ended without a payment method"""
    before = _of_path(world, call)
    call.params.only("billing_cycle_anchor", "proration_behavior")
    call.params.choice("billing_cycle_anchor", ("now",))
    with world.clock.at(world.time_of(before["customer"])):
        return subscription_pause.resume(world, before, call.cause)


def list_page(world: World, call: Call) -> JsonObject:
    """GET /v1/subscriptions: without `status` all that have not ended"""
    call.params.only(*LISTED_BY)
    created = lists.created_within(call.params)
    chosen = lists.having(call.params, "collection_method", "customer", "test_clock")
    status, price_id = call.params.choice("status", STATUSES), call.params.text("price")

    def wanted(subscription: JsonObject) -> bool:
        prices = [each["price"]["id"] for each in items_of(subscription)]
        fits = price_id is None or price_id in prices
        return created(subscription) and chosen(subscription) and fits and _has_status(subscription, status)

    return lists.page(world, KIND, call.params, call.path, wanted)


def _has_status(subscription: JsonObject, status: str | None) -> bool:
    if status is None:
        return subscription["status"] not in ENDED
    if status == "ended":
        return subscription["status"] in ENDED
    return status in ("all", subscription["status"])


def _of_path(world: World, call: Call) -> JsonObject:
    subscription = world.store.get(KIND, call.ids["subscription"])
    if subscription is None:
        raise errors.not_found(KIND, call.ids["subscription"])
    return subscription
