"""Suspend, activate, cancel."""

from sandbox.json_types import JsonObject
from sandbox.paypal.api import errors
from sandbox.paypal.api.call import Call
from sandbox.paypal.subscriptions import approve, cycle, subscriptions
from sandbox.paypal.subscriptions.subscriptions import ACTIVE, APPROVED, CANCELED, SUSPENDED
from sandbox.world import World

REASON_LENGTH_MAX = 128
CANCELABLE = (APPROVED, ACTIVE, SUSPENDED)


def suspend(world: World, call: Call) -> JsonObject:
    """POST /v1/billing/subscriptions/{id}/suspend: nothing is billed until it is activated again."""
    subscription, reason = _asked(world, call, (ACTIVE,))
    return subscriptions.become(world, _without_retry(subscription), SUSPENDED, reason)


def cancel(world: World, call: Call) -> JsonObject:
    """POST /v1/billing/subscriptions/{id}/cancel: for good."""
    subscription, reason = _asked(world, call, CANCELABLE)
    return end(world, subscription, reason)


def end(world: World, subscription: JsonObject, reason: str | None) -> JsonObject:
    """By the shop, or by the buyer in the settings of the wallet."""
    return subscriptions.become(world, _without_retry(subscription), CANCELED, reason)


def activate(world: World, call: Call) -> JsonObject:
    """POST /v1/billing/subscriptions/{id}/activate: after approval or suspension; what was missed is not billed."""
    subscription, reason = _asked(world, call, (APPROVED, SUSPENDED), is_reason_required=False)
    if subscription["status"] == APPROVED:
        return approve.begin(world, {**subscription, "note": reason})
    skipped, plan = {**subscription, "failed_count": 0}, subscriptions.plan_of(world, subscription)
    while skipped["next_at"] <= world.clock.now() and skipped["cycle"] < len(plan["cycles"]):
        skipped |= cycle.moved_on(skipped, plan["cycles"][skipped["cycle"]])
    return subscriptions.become(world, skipped, ACTIVE, reason)


def _without_retry(subscription: JsonObject) -> JsonObject:
    if subscription["retry_at"] is None:
        return subscription
    return {**subscription, **cycle.given_up(subscription)}


def _asked(
    world: World, call: Call, statuses: tuple[str, ...], *, is_reason_required: bool = True
) -> tuple[JsonObject, str | None]:
    subscription = subscriptions.of_path(world, call)
    call.fields.only("reason")
    if is_reason_required:
        call.fields.require("reason")
    reason = call.fields.text("reason", REASON_LENGTH_MAX)
    if subscription["status"] not in statuses:
        wrong = f"Invalid subscription status for the action; it is {subscription['status']}."
        raise errors.impossible("SUBSCRIPTION_STATUS_INVALID", wrong)
    return subscription, reason
