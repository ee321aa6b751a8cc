"""A dispute moves money of the seller's."""

from sandbox.json_types import JsonObject
from sandbox.paypal import ledger
from sandbox.world import World

SETTLEMENT, FEE, CHARGEBACK_FEE = "DISPUTE_SETTLEMENT", "DISPUTE_FEE", "CHARGEBACK_FEE"
# usual prices, in minor units of whatever currency; PayPal keeps them also of one that was won
FEES_MINOR = {FEE: 1_500, CHARGEBACK_FEE: 2_000}


def move(world: World, dispute: JsonObject, minor: int, reason: str) -> JsonObject:
    """The dispute with one more movement of so much; nothing of nothing."""
    if minor == 0:
        return dispute
    movements = [*dispute["movements"], {"minor": minor, "reason": reason, "at": world.clock.now()}]
    row_id = f"{dispute['id']}/{len(movements)}"
    ledger.record_adjustment(world, {**dispute, "id": row_id, "of": dispute["id"], "reason": reason}, minor)
    return {**dispute, "movements": movements}


def fee(world: World, dispute: JsonObject, reason: str) -> JsonObject:
    """The dispute with its price taken."""
    return move(world, dispute, -FEES_MINOR[reason], reason)
