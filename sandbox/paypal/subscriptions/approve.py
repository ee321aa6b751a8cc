"""The buyer agrees: to a subscription, or to a change of it."""

from sandbox.json_types import JsonObject
from sandbox.paypal import buyers
from sandbox.paypal.subscriptions import cycle, subscriptions
from sandbox.world import World


class NotOpen(Exception):
    """The subscription does not wait for its buyer."""


def approve(world: World, subscription: JsonObject, email: str) -> JsonObject:
    """The subscription afterwards. Raises NotOpen."""
    if subscription["status"] == subscriptions.APPROVAL_PENDING:
        approved = subscriptions.change(
            world, subscription, status=subscriptions.APPROVED, buyer=buyers.of_email(email), next_at=None
        )
        at_once = approved["experience"]["user_action"] == "SUBSCRIBE_NOW"
        return begin(world, approved) if at_once else approved
    if subscription["status"] == subscriptions.ACTIVE and subscription["revision"]:
        return _revise(world, subscription)
    raise NotOpen(f"{subscription['id']} is {subscription['status']}")


def begin(world: World, subscription: JsonObject) -> JsonObject:
    """It runs from its start on; what is due at once is billed at once."""
    now = world.clock.now()
    start_at = max(subscription["start_at"], now)
    schedule = {"start_at": start_at, "anchor_at": start_at, "next_at": start_at}
    active = subscriptions.become(world, {**subscription, **schedule}, subscriptions.ACTIVE)
    return cycle.step(world, active) if start_at <= now else active


def _revise(world: World, subscription: JsonObject) -> JsonObject:
    """Another plan, or another quantity, from the next payment on; trials are not had again."""
    wanted = subscription["revision"]
    changes = {"quantity": wanted["quantity"], "revision": None}
    if wanted["plan_id"] != subscription["plan_id"]:
        changes |= _other_plan(world, subscription, wanted["plan_id"])
    after = subscriptions.change(world, subscription, **changes)
    subscriptions.tell(world, "UPDATED", after)
    return after


def _other_plan(world: World, subscription: JsonObject, plan_id: str) -> JsonObject:
    plan, before = subscriptions.plan_of(world, {"plan_id": plan_id}), subscriptions.plan_of(world, subscription)
    regular = plan["cycles"][-1]
    changes = {"plan_id": plan_id, "cycle": len(plan["cycles"]) - 1, "completed": {}}
    if _rhythm(regular) == _rhythm(before["cycles"][-1]) and regular["total_cycles"] == 0:
        # the 31st is the 31st again after a short month
        return changes
    return {**changes, "periods": 0, "anchor_at": subscription["next_at"]}


def _rhythm(cycle: JsonObject) -> tuple[str, int]:
    return cycle["interval_unit"], cycle["interval_count"]
