"""A request id is executed once (https://developer.paypal.com/api/rest/reference/idempotency/).

A repeat answers the latest state of what the first request made. Nothing is kept of a refusal or a failure: what it
did not do may be asked for again under the same id.
"""

import orjson

from sandbox.faults import ApiFault
from sandbox.idempotency import Answer, KeyInUse, KeyMismatch, fingerprint
from sandbox.interference import around_operation
from sandbox.json_types import JsonObject
from sandbox.paypal.api import errors
from sandbox.paypal.api.call import Action, Call
from sandbox.world import World

PREVIOUSLY_USED = "The PayPal-Request-Id has already been used for another request."


async def run(world: World, action: Action, call: Call, fault: ApiFault | None) -> tuple[JsonObject, bool]:
    """The record, and whether it was made before. Raises PayPalError, InjectedFailure."""
    if not (action.keeps_seconds and call.request_id):
        return await around_operation(fault, lambda: action.run(world, call)), False
    # ids need to be unique for a kind of call only: an order may be created and captured under the same one
    key, asked = f"{action.name} {call.request_id}", _fingerprint(call)
    before = _begin(world, action, key, asked)
    if before is not None:
        return before, True
    try:
        return await around_operation(fault, lambda: _run_and_keep(world, action, call, key, asked)), False
    finally:
        world.paypal_keys.end(key)


def _begin(world: World, action: Action, key: str, asked: str) -> JsonObject | None:
    try:
        kept = world.paypal_keys.begin(key, asked)
    except KeyMismatch as problem:
        raise errors.impossible("PAYPAL_REQUEST_ID_PREVIOUSLY_USED", PREVIOUSLY_USED) from problem
    except KeyInUse as problem:
        raise errors.in_progress() from problem
    return world.store.get(action.kind, kept.body.decode()) if kept else None


def _run_and_keep(world: World, action: Action, call: Call, key: str, asked: str) -> JsonObject:
    record = action.run(world, call)
    answer = Answer(action.status, record["id"].encode(), "")
    world.paypal_keys.keep(key, asked, answer, action.keeps_seconds)
    return record


def _fingerprint(call: Call) -> str:
    # sorted: the same fields in another order are the same request
    return fingerprint(call.path, orjson.dumps(call.fields.content, option=orjson.OPT_SORT_KEYS))
