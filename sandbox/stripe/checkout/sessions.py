"""Checkout Sessions with a hosted page (https://docs.stripe.com/api/checkout/sessions)."""

from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors, lists
from sandbox.stripe.api.call import Call, Cause
from sandbox.stripe.checkout import modes as checkout_modes
from sandbox.stripe.checkout.shape import KIND, PLAN
from sandbox.stripe.events import events
from sandbox.stripe.payments import payment_intents
from sandbox.stripe.setup_intents import setup_intents
from sandbox.world import World

NO_CAUSE = Cause()


def create(world: World, call: Call) -> JsonObject:
    """POST /v1/checkout/sessions"""
    mode = checkout_modes.named(call.params)
    session, plan = mode.asked_for(world, call.params)
    world.store.put(PLAN, plan)
    return world.store.put(KIND, mode.opened(world, session, plan, call.cause))


def line_items(world: World, call: Call, session: JsonObject) -> JsonObject:
    """GET /v1/checkout/sessions/{session}/line_items"""
    call.params.only(*lists.PAGE_PARAMETERS)
    return lists.page_of(plan_of(world, session)["line_items"], call.params, call.path)


def expire(world: World, call: Call, session: JsonObject) -> JsonObject:
    """POST /v1/checkout/sessions/{session}/expire"""
    call.params.only()
    if session["status"] != "open":
        message = f'Only Checkout Sessions with a status in ["open"] can be expired. This one is {session["status"]}.'
        raise errors.conflict(message, "checkout_session_not_open")
    return _expired(world, session, call.cause)


def expire_due(world: World) -> int:
    """Expire every open session whose time is over; how many there were."""
    due = [session for session in world.store.find(KIND, "status", "open") if is_over(world, session)]
    for session in due:
        _expired(world, session, NO_CAUSE)
    return len(due)


def is_over(world: World, session: JsonObject) -> bool:
    """Whether its time has come. It lies in a browser: no test clock moves it."""
    return bool(session["expires_at"] <= world.clock.now())


def plan_of(world: World, session: JsonObject) -> JsonObject:
    """What the seller asked for and the session object does not tell: line items, parameters of the payment."""
    plan = world.store.get(PLAN, session["id"])
    if plan is None:
        raise LookupError(f"{session['id']} has no plan")
    return plan


def _expired(world: World, session: JsonObject, cause: Cause) -> JsonObject:
    if session["setup_intent"]:
        setup_intents.abandon(world, session["setup_intent"], cause)
    if session["payment_intent"]:
        payment_intents.abandon(world, session["payment_intent"], cause)
    after = world.store.put(KIND, {**session, "status": "expired", "url": None})
    events.emit(world, "checkout.session.expired", after, cause)
    return after
