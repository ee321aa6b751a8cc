"""A dispute moves money of the seller's."""

from sandbox.ids import new_code
from sandbox.json_types import JsonObject
from sandbox.paypal import ledger
from sandbox.paypal.reporting import codes
from sandbox.world import World

SETTLEMENT, FEE, CHARGEBACK_FEE = "DISPUTE_SETTLEMENT", "DISPUTE_FEE", "CHARGEBACK_FEE"
CODES = {SETTLEMENT: codes.CHARGEBACK, FEE: codes.FEE, CHARGEBACK_FEE: codes.CHARGEBACK_FEE}
# usual prices, in minor units of whatever currency; PayPal keeps them also of one that was won
FEES_MINOR = {FEE: 1_500, CHARGEBACK_FEE: 2_000}


def move(world: World, dispute: JsonObject, minor: int, reason: str) -> JsonObject:
    """The dispute with one more movement of so much; nothing of nothing."""
    if minor == 0:
        return dispute
    movements = [*dispute["movements"], {"minor": minor, "reason": reason, "at": world.clock.now()}]
    cause = {**dispute, "id": new_code(), "of": dispute["id"], "reason": reason, "code": CODES[reason]}
    ledger.record_adjustment(world, cause, minor)
    return {**dispute, "movements": movements}


def fee(world: World, dispute: JsonObject, reason: str) -> JsonObject:
    """The dispute with its price taken."""
    return move(world, dispute, -FEES_MINOR[reason], reason)
