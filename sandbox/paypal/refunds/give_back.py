"""A part of a capture goes back, or all that is left of it."""

from collections.abc import Mapping

from sandbox.ids import new_code
from sandbox.json_types import JsonObject
from sandbox.paypal.captures import captures
from sandbox.paypal.refunds import refunds
from sandbox.world import World


def give_back(world: World, capture: JsonObject, minor: int, texts: Mapping[str, str | None]) -> JsonObject:
    """The refund, pending, and what is left of its capture less by it."""
    now, refunded = world.clock.now(), capture["refunded_minor"] + minor
    refund = {
        "id": new_code(),
        "capture": capture["id"],
        "order": capture["order"],
        "status": refunds.PENDING,
        "minor": minor,
        "currency": capture["currency"],
        "total_minor": refunded,
        **texts,
        "created": now,
        "updated": now,
    }
    captures.change(world, capture, **_of_refunded(capture, refunded))
    return world.store.put(refunds.KIND, refund)


def take_again(world: World, refund: JsonObject) -> None:
    """A refund that came to nothing is left of its capture again."""
    capture = world.store.get(captures.KIND, refund["capture"]) or {}
    captures.change(world, capture, **_of_refunded(capture, capture["refunded_minor"] - refund["minor"]))


def _of_refunded(capture: JsonObject, refunded_minor: int) -> JsonObject:
    if refunded_minor == 0:
        status = captures.COMPLETED
    else:
        status = captures.REFUNDED if refunded_minor == capture["minor"] else captures.PARTIALLY_REFUNDED
    return {"refunded_minor": refunded_minor, "status": status}
