"""How much of a capture is left, and what it is called then."""

from sandbox.json_types import JsonObject
from sandbox.paypal.captures import captures
from sandbox.world import World


def of(capture: JsonObject) -> int:
    """What has neither gone back nor been pulled back, in minor units."""
    return int(capture["minor"] - capture["refunded_minor"])


def lessen(world: World, capture_id: str, minor: int, **changes: object) -> JsonObject:
    """The capture with so much less left of it; more, if `minor` is negative."""
    capture = world.store.get(captures.KIND, capture_id) or {}
    refunded_minor = capture["refunded_minor"] + minor
    if refunded_minor == 0:
        status = captures.COMPLETED
    else:
        status = captures.REFUNDED if refunded_minor == capture["minor"] else captures.PARTIALLY_REFUNDED
    return captures.change(world, capture, refunded_minor=refunded_minor, status=status, **changes)
