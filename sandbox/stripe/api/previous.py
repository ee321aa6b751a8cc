"""`previous_attributes` of an event: what an object was before, as far as it changed
(https://docs.stripe.com/api/events/object#event_object-data-previous_attributes).
"""

from sandbox.json_types import JsonObject
from sandbox.stripe.api import versions
from sandbox.stripe.api.call import Cause
from sandbox.stripe.events import events
from sandbox.world import World


def put_and_tell(world: World, event_type: str, before: JsonObject, changes: JsonObject, cause: Cause) -> JsonObject:
    """Store the changed object and tell of it, if anything changed at all."""
    after = {**before, **changes}
    if after == before:
        return before
    version = world.options.api_version
    old = versions.render(world, before, version)
    world.store.put(before["object"], after)
    events.emit(world, event_type, after, cause, differing(old, versions.render(world, after, version)))
    return after


def put_update(
    world: World, before: JsonObject, changes: JsonObject, cause: Cause, verb: str = "updated"
) -> JsonObject:
    """Store what a request set and tell of it, even if nothing is new; the old values are whole fields."""
    after = world.store.put(before["object"], {**before, **changes})
    old = {name: before[name] for name in changes if before[name] != after[name]}
    events.emit(world, f"{before['object']}.{verb}", after, cause, old)
    return after


def differing(before: JsonObject, after: JsonObject) -> JsonObject:
    """The old values of what differs: of nested objects only the fields that do, of lists the whole list."""
    old: JsonObject = {}
    for name in sorted({*before, *after}):
        was, now = before.get(name), after.get(name)
        if was == now:
            continue
        old[name] = differing(was, now) if isinstance(was, dict) and isinstance(now, dict) else was
    return old
