"""Does what test cards and payouts have set going, once it is due."""

from collections.abc import Callable

from sandbox.json_types import JsonObject
from sandbox.stripe.payments import charges, disputes, payouts, planned, refunds
from sandbox.world import World


def run_due(world: World) -> int:
    """Begin the disputes and end the refunds and payouts that are due; how many there were."""
    due = planned.take_due(world)
    for each in due:
        LATE[each["what"]](world, each["id"])
    return len(due)


def _dispute(reason: str, *, is_inquiry: bool = False) -> Callable[[World, str], None]:
    def begin(world: World, charge_id: str) -> None:
        charge = _stored(world, charges.KIND, charge_id)
        if not charge["disputed"]:
            disputes.begin(world, charge, charge["amount"], reason, is_inquiry=is_inquiry)

    return begin


def _refund_succeeds(world: World, refund_id: str) -> None:
    refund = _stored(world, refunds.KIND, refund_id)
    if refund["status"] == "pending":
        refunds.succeed(world, refund)


def _refund_fails(world: World, refund_id: str) -> None:
    refund = _stored(world, refunds.KIND, refund_id)
    if refund["status"] in refunds.ON_THE_WAY:
        refunds.fail(world, refund)


def _payout_arrives(world: World, payout_id: str) -> None:
    payout = _stored(world, payouts.KIND, payout_id)
    if payout["status"] == "pending":
        payouts.arrive(world, payout)


def _stored(world: World, kind: str, object_id: str) -> JsonObject:
    found = world.store.get(kind, object_id)
    if found is None:
        raise LookupError(f"{object_id} was planned for, and never was")
    return found


LATE: dict[str, Callable[[World, str], None]] = {
    "fraudulent": _dispute("fraudulent"),
    "product_not_received": _dispute("product_not_received"),
    "inquiry": _dispute("fraudulent", is_inquiry=True),
    "refund_succeeds_late": _refund_succeeds,
    "refund_fails_late": _refund_fails,
    payouts.ARRIVES: _payout_arrives,
}
