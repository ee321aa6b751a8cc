"""Billing by the clock: each payment at its own moment and in order, however far the clock was moved.

A payment that fails is tried twice more, five days apart; then it counts as failed, and is added to what is
outstanding (https://developer.paypal.com/docs/subscriptions/customize/payment-failure-retry/).
"""

import heapq

from sandbox.json_types import JsonObject
from sandbox.months import DAY_SECONDS
from sandbox.paypal.catalog import cycles
from sandbox.paypal.subscriptions import pay, subscriptions
from sandbox.world import World

RETRY_SECONDS = 5 * DAY_SECONDS
RETRIES_MAX = 2


def run_due(world: World) -> int:
    """Bill and try again all that is due by now; how many steps there were."""
    now, done = world.clock.now(), 0
    active = world.store.find(subscriptions.KIND, "status", subscriptions.ACTIVE)
    due = [(_due_at(each), each["id"]) for each in active if _due_at(each) <= now]
    heapq.heapify(due)
    while due:
        moment, subscription_id = heapq.heappop(due)
        with world.clock.at(moment):
            after = step(world, world.store.get(subscriptions.KIND, subscription_id) or {})
        done += 1
        if after["status"] == subscriptions.ACTIVE and _due_at(after) <= now:
            heapq.heappush(due, (_due_at(after), subscription_id))
    return done


def step(world: World, subscription: JsonObject) -> JsonObject:
    """What is due first: another try of the last payment, else the next one, or the end."""
    if subscription["retry_at"] is not None:
        return _attempt(world, subscription)
    plan = subscriptions.plan_of(world, subscription)
    if subscription["cycle"] >= len(plan["cycles"]):
        return subscriptions.become(world, subscription, subscriptions.EXPIRED)
    cycle = plan["cycles"][subscription["cycle"]]
    minor = cycles.price(cycle, subscription["quantity"])
    carried = subscription["outstanding_minor"] if plan["preferences"]["auto_bill_outstanding"] else 0
    billed = {"minor": minor, "carried_minor": carried, "sequence": cycle["sequence"], "currency": cycle["currency"]}
    begun = {**subscription, **moved_on(subscription, cycle), "billed": billed, "tries": 0}
    if minor + carried == 0:
        return subscriptions.change(world, begun, **_completed(begun))
    return _attempt(world, begun)


def moved_on(subscription: JsonObject, cycle: JsonObject) -> JsonObject:
    """Where the schedule stands when one more period has begun."""
    periods = subscription["periods"] + 1
    next_at = cycles.boundary(subscription["anchor_at"], cycle, periods)
    if periods == cycle["total_cycles"]:
        return {"cycle": subscription["cycle"] + 1, "periods": 0, "anchor_at": next_at, "next_at": next_at}
    return {"periods": periods, "next_at": next_at}


def _attempt(world: World, subscription: JsonObject) -> JsonObject:
    billed = subscription["billed"]
    total = billed["minor"] + billed["carried_minor"]
    if pay.can_pay(subscription):
        left = subscription["outstanding_minor"] - billed["carried_minor"]
        settled = {**_completed(subscription), "outstanding_minor": left, "failed_count": 0, "retry_at": None}
        return pay.pay(world, {**subscription, **settled}, total, billed["currency"])
    return _fail(world, subscription, total)


def _fail(world: World, subscription: JsonObject, total: int) -> JsonObject:
    now = world.clock.now()
    failed = {"minor": total, "at": now, "reason": pay.reason(subscription)}
    tries, retry_at = subscription["tries"] + 1, now + RETRY_SECONDS
    is_last = tries > RETRIES_MAX or retry_at >= subscription["next_at"]
    tried = {**subscription, "tries": tries, "last_failed": failed, "retry_at": None if is_last else retry_at}
    if is_last:
        tried |= {"failed_count": tried["failed_count"] + 1, **given_up(tried), **_completed(tried)}
    after = subscriptions.change(world, tried)
    subscriptions.tell(world, "PAYMENT.FAILED", after)
    threshold = subscriptions.plan_of(world, after)["preferences"]["payment_failure_threshold"]
    if threshold and after["failed_count"] >= threshold:
        return subscriptions.become(world, after, subscriptions.SUSPENDED)
    return after


def given_up(subscription: JsonObject) -> JsonObject:
    """What is left of a payment that is not tried again: it is outstanding."""
    return {"outstanding_minor": subscription["outstanding_minor"] + subscription["billed"]["minor"], "retry_at": None}


def _completed(subscription: JsonObject) -> JsonObject:
    sequence = str(subscription["billed"]["sequence"])
    counts = subscription["completed"]
    return {"completed": {**counts, sequence: counts.get(sequence, 0) + 1}}


def _due_at(subscription: JsonObject) -> int:
    return int(subscription["next_at"] if subscription["retry_at"] is None else subscription["retry_at"])
