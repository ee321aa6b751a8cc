"""Pending updates: what an update with `payment_behavior=pending_if_incomplete` has changed once its invoice is paid
(https://docs.stripe.com/billing/subscriptions/pending-updates).

A record under the subscription's id holds what is to change, from before the invoice is collected until it is paid or
void. The subscription itself shows `pending_update` only once a payment has failed.
"""

from sandbox.json_types import JsonObject
from sandbox.stripe.api.call import Cause
from sandbox.stripe.api.previous import put_and_tell
from sandbox.stripe.events import events
from sandbox.stripe.subscriptions.shape import period_of
from sandbox.world import World

UPDATED = "customer.subscription.updated"
INVOICE = "invoice"
RECORD = "pending_subscription_update"
LIFETIME_SECONDS = 23 * 60 * 60


def remember(world: World, subscription: JsonObject, invoice: JsonObject, changes: JsonObject) -> None:
    """These changes wait for this invoice."""
    world.store.put(RECORD, {"id": subscription["id"], "invoice": invoice["id"], "changes": changes})


def is_waited_for(world: World, subscription: JsonObject, invoice: JsonObject) -> bool:
    """Whether an update of the subscription waits for this invoice."""
    record = world.store.get(RECORD, subscription["id"])
    return record is not None and record["invoice"] == invoice["id"]


def waited_for(world: World, subscription: JsonObject) -> JsonObject | None:
    """The invoice that an update waits for; None when none does."""
    record = world.store.get(RECORD, subscription["id"])
    return world.store.get(INVOICE, record["invoice"]) if record and record["invoice"] else None


def show(world: World, subscription: JsonObject, cause: Cause) -> JsonObject:
    """A payment failed: the subscription tells what waits, and until when."""
    record = world.store.get(RECORD, subscription["id"])
    changes: JsonObject = record["changes"] if record else {}
    shown = {
        "billing_cycle_anchor": changes.get("billing_cycle_anchor"),
        "expires_at": _expires_at(subscription, world.clock.now()),
        "subscription_items": changes["items"]["data"],
        "trial_end": changes.get("trial_end"),
        "trial_from_plan": None,
    }
    return put_and_tell(world, UPDATED, subscription, {"pending_update": shown}, cause)


def settle(world: World, subscription: JsonObject, invoice: JsonObject, cause: Cause) -> None:
    """Its invoice was paid: what waited is applied. It was voided: it is discarded. Nothing for another invoice."""
    record = world.store.get(RECORD, subscription["id"])
    if record is None or record["invoice"] != invoice["id"]:
        return
    is_paid, was_shown = invoice["status"] == "paid", subscription["pending_update"] is not None
    changes = {**(record["changes"] if is_paid else {}), **_forgotten(world, subscription)}
    after = put_and_tell(world, UPDATED, subscription, changes, cause)
    if was_shown:
        outcome = "applied" if is_paid else "expired"
        events.emit(world, f"customer.subscription.pending_update_{outcome}", after, cause)


def forget(world: World, subscription: JsonObject) -> JsonObject:
    """The subscription ends: nothing waits any more."""
    return {**subscription, **_forgotten(world, subscription)}


def _forgotten(world: World, subscription: JsonObject) -> JsonObject:
    world.store.put(RECORD, {"id": subscription["id"], "invoice": None, "changes": {}})
    return {"pending_update": None}


def _expires_at(subscription: JsonObject, asked_at: int) -> int:
    """23 hours after the update, or at the end of the trial or of the period if that is sooner."""
    ends = (asked_at + LIFETIME_SECONDS, period_of(subscription).end, subscription["trial_end"])
    return min(end for end in ends if end is not None and end > asked_at)
