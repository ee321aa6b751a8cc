"""A part of a capture goes back, or all that is left of it."""

from collections.abc import Mapping

from sandbox.ids import new_code
from sandbox.json_types import JsonObject
from sandbox.paypal.captures import left
from sandbox.paypal.refunds import refunds
from sandbox.world import World


def give_back(
    world: World, capture: JsonObject, minor: int, texts: Mapping[str, str | None], **changes: object
) -> JsonObject:
    """The refund, pending; so much less is left of its capture, which changes with it."""
    now = world.clock.now()
    lessened = left.lessen(world, capture["id"], minor, **changes)
    refund = {
        "id": new_code(),
        "capture": capture["id"],
        "order": capture["order"],
        "subscription": capture["subscription"],
        "status": refunds.PENDING,
        "minor": minor,
        "currency": capture["currency"],
        "total_minor": lessened["refunded_minor"],
        **texts,
        "created": now,
        "updated": now,
    }
    return world.store.put(refunds.KIND, refund)
