"""A dispute ends: for the buyer, for the seller, or because the buyer gives up."""

from sandbox.json_types import JsonObject
from sandbox.paypal.captures import captures, left
from sandbox.paypal.disputes import disputes, move
from sandbox.world import World

LOST, ACCEPTED = "RESOLVED_BUYER_FAVOUR", "ACCEPTED"
WON, CANCELED = "RESOLVED_SELLER_FAVOUR", "CANCELED_BY_BUYER"
# PayPal pays the buyer out of its own pocket: the seller is protected
PAID_OUT = "RESOLVED_WITH_PAYOUT"
OUTCOMES = (LOST, ACCEPTED, WON, CANCELED, PAID_OUT)


class Ended(Exception):
    """The dispute is resolved already."""


def resolve(world: World, dispute: JsonObject, outcome: str) -> JsonObject:
    """With the money where it belongs then. Raises Ended."""
    if dispute["status"] == disputes.RESOLVED:
        raise Ended(f"{dispute['id']} is {dispute['status']}")
    settled = _lose(world, dispute) if outcome in (LOST, ACCEPTED) else _win(world, dispute)
    resolved = disputes.change(world, settled, status=disputes.RESOLVED, outcome=outcome)
    disputes.tell(world, "RESOLVED", resolved)
    return resolved


def _lose(world: World, dispute: JsonObject) -> JsonObject:
    """What the bank has taken already stays away; else it goes now, with a fee."""
    if dispute["channel"] == disputes.EXTERNAL:
        return dispute
    capture = world.store.get(captures.KIND, dispute["capture"]) or {}
    lost = min(dispute["minor"], left.of(capture))
    if lost:
        left.lessen(world, capture["id"], lost, reason="BUYER_COMPLAINT")
    moved = move.move(world, dispute, -lost, move.SETTLEMENT)
    return {**move.fee(world, moved, move.FEE), "lost_minor": lost}


def _win(world: World, dispute: JsonObject) -> JsonObject:
    """What the bank has taken comes back, but for the fee."""
    taken = dispute["lost_minor"]
    if taken:
        left.lessen(world, dispute["capture"], -taken, reason=None)
    return {**move.move(world, dispute, taken, move.SETTLEMENT), "lost_minor": 0}
