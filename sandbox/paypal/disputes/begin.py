"""A buyer disputes a payment: at PayPal, which asks the seller first, or at the bank, which takes the money at once."""

from sandbox.json_types import JsonObject
from sandbox.paypal.captures import captures, left
from sandbox.paypal.disputes import disputes, move
from sandbox.world import World

REASONS = (
    "MERCHANDISE_OR_SERVICE_NOT_RECEIVED", "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED", "UNAUTHORISED",
    "CREDIT_NOT_PROCESSED", "DUPLICATE_TRANSACTION", "INCORRECT_AMOUNT", "PAYMENT_BY_OTHER_MEANS",
    "CANCELED_RECURRING_BILLING", "PROBLEM_WITH_REMITTANCE", "OTHER",
)  # fmt: skip
# https://www.paypal.com/us/cshelp/article/help132: ten days to answer
ANSWER_SECONDS = 10 * 24 * 60 * 60
FIRST_NUMBER = 10_001


class NothingToDispute(Exception):
    """The payment never arrived, is disputed already, or as much is not left of it."""


def begin(world: World, capture: JsonObject, minor: int | None, reason: str, channel: str) -> JsonObject:
    """The dispute, about all that is left or so much of it. Raises NothingToDispute."""
    most = left.of(capture)
    wanted = most if minor is None else minor
    if capture["status"] not in captures.ARRIVED or disputes.is_open_on(world, capture) or not 0 < wanted <= most:
        raise NothingToDispute(f"{most} minor units are left of {capture['id']}, which is {capture['status']}")
    dispute = _new(world, capture, wanted, reason, channel)
    if channel == disputes.EXTERNAL:
        left.lessen(world, capture["id"], wanted, reason="CHARGEBACK")
        dispute = move.move(world, dispute, -wanted, move.SETTLEMENT)
        dispute = {**move.fee(world, dispute, move.CHARGEBACK_FEE), "lost_minor": wanted}
    world.store.put(disputes.KIND, dispute)
    disputes.tell(world, "CREATED", dispute)
    return dispute


def _new(world: World, capture: JsonObject, minor: int, reason: str, channel: str) -> JsonObject:
    now = world.clock.now()
    return {
        "id": f"PP-D-{FIRST_NUMBER + world.store.count(disputes.KIND)}",
        "capture": capture["id"],
        "custom_id": capture["custom_id"],
        "invoice_id": capture["invoice_id"],
        "minor": minor,
        "currency": capture["currency"],
        "reason": reason,
        "channel": channel,
        "status": disputes.WAITS_FOR_SELLER,
        "outcome": None,
        "lost_minor": 0,
        "movements": [],
        "evidences": [],
        "messages": [],
        "due_at": now + ANSWER_SECONDS,
        "created": now,
        "updated": now,
    }
