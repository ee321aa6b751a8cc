"""Events: what happened, with a snapshot of the object (https://docs.stripe.com/api/events)."""

from fnmatch import fnmatchcase

from sandbox.courier import DELIVERED
from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors, lists, versions
from sandbox.stripe.api.call import Call, Cause
from sandbox.stripe.events.sender import KIND
from sandbox.world import World

# https://docs.stripe.com/api/events/list: "Going back up to 30 days"
KEPT_SECONDS = 30 * 24 * 60 * 60
TYPES_MAX = 20


def emit(
    world: World, event_type: str, subject: JsonObject, cause: Cause, previous: JsonObject | None = None
) -> JsonObject:
    """Record an event in the API version of the day and hand it to the courier."""
    version = world.options.api_version
    data: JsonObject = {"object": versions.render(world, subject, version)}
    if previous is not None:
        data["previous_attributes"] = previous
    event = {
        "id": new_id("evt"),
        "object": KIND,
        "api_version": version,
        "created": world.time_of(_customer_of(world, subject)),
        "data": data,
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": cause.request_id, "idempotency_key": cause.idempotency_key},
        "type": event_type,
    }
    world.store.put(KIND, event)
    world.courier.dispatch(KIND, event)
    return event


def _customer_of(world: World, subject: JsonObject) -> str | None:
    """Whose clock the event happens on."""
    if subject["object"] == "invoice_payment":
        subject = world.store.get("invoice", subject["invoice"]) or subject
    customer: str | None = subject["id"] if subject["object"] == "customer" else subject.get("customer")
    return customer


def list_page(world: World, call: Call) -> JsonObject:
    """GET /v1/events"""
    call.params.only("type", "types", "created", "delivery_success", *lists.PAGE_PARAMETERS)
    typed, created = _typed(call), lists.created_within(call.params)
    delivered = _delivery_asked(call)

    def wanted(event: JsonObject) -> bool:
        return (
            created(event)
            and typed(event)
            and _is_kept(world, event)
            and (delivered is None or _delivered(world, event) == delivered)
        )

    answer = lists.page(world, KIND, call.params, call.path, wanted)
    return {**answer, "data": [with_pending(world, event) for event in answer["data"]]}


def _is_kept(world: World, event: JsonObject) -> bool:
    """By the clock it happened on: a test clock may stand years away from the sandbox's own.

    An object that names its clock is asked first, since a deleted customer names none any more.
    """
    subject = event["data"]["object"]
    clock_id = subject.get("test_clock")
    now = world.time_on(clock_id) if clock_id else world.time_of(_customer_of(world, subject))
    return bool(event["created"] >= now - KEPT_SECONDS)


def _typed(call: Call) -> lists.Test:
    patterns = call.params.texts("types")
    single = call.params.text("type")
    if patterns and single:
        raise errors.invalid("You may only specify one of these parameters: type, types.", param="types")
    if len(patterns) > TYPES_MAX:
        raise errors.invalid(f"You can filter by at most {TYPES_MAX} types.", param="types")
    asked = patterns or ([single] if single else ["*"])
    return lambda event: any(fnmatchcase(event["type"], pattern) for pattern in asked)


def _delivery_asked(call: Call) -> bool | None:
    return call.params.flag("delivery_success") if call.params.given("delivery_success") else None


def _delivered(world: World, event: JsonObject) -> bool:
    """True when the endpoint accepted it once, or when there was no endpoint to send it to."""
    deliveries = world.store.find("delivery", "event", event["id"])
    return not deliveries or any(delivery["state"] == DELIVERED for delivery in deliveries)


def with_pending(world: World, event: JsonObject) -> JsonObject:
    """`pending_webhooks` counts endpoints that have not accepted the event; this sandbox has at most one."""
    return {**event, "pending_webhooks": 0 if _delivered(world, event) else 1}
