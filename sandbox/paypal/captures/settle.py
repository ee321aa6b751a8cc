"""A pending capture ends: by itself when its time has come, or because somebody says so."""

from sandbox.json_types import JsonObject
from sandbox.paypal import ledger
from sandbox.paypal.captures import captures, take
from sandbox.world import World


class NotPending(Exception):
    """The capture has ended already."""


def complete(world: World, capture: JsonObject) -> JsonObject:
    """The money is there. Raises NotPending."""
    done = _ended(world, capture, captures.COMPLETED)
    ledger.record_capture(world, done)
    captures.tell(world, take.EVENTS[done["status"]], done)
    return done


def deny(world: World, capture: JsonObject) -> JsonObject:
    """It never comes. Raises NotPending."""
    denied = _ended(world, capture, captures.DECLINED)
    captures.tell(world, take.EVENTS[denied["status"]], denied)
    return denied


def run_due(world: World) -> int:
    """End those whose time has come; how many there were."""
    now = world.clock.now()
    waiting = world.store.find(captures.KIND, "status", captures.PENDING)
    due = [capture for capture in waiting if capture["due_at"] is not None and capture["due_at"] <= now]
    for capture in due:
        (complete if capture["then"] == "complete" else deny)(world, capture)
    return len(due)


def _ended(world: World, capture: JsonObject, status: str) -> JsonObject:
    if capture["status"] != captures.PENDING:
        raise NotPending(f"{capture['id']} is {capture['status']}")
    return captures.change(world, capture, status=status, reason=None)
