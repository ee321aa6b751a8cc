"""The end of a subscription, whatever led to it."""

from sandbox.json_types import JsonObject
from sandbox.stripe.api.call import Cause
from sandbox.stripe.api.previous import put_and_tell
from sandbox.stripe.events import events
from sandbox.stripe.invoices import items as invoice_items
from sandbox.stripe.invoices import shape as invoice_shape
from sandbox.stripe.subscriptions import pending_update
from sandbox.stripe.subscriptions.shape import ENDED, KIND
from sandbox.world import World

NOBODY_ASKED: JsonObject = {"comment": None, "feedback": None}


def cancel(world: World, subscription: JsonObject, details: JsonObject, cause: Cause) -> JsonObject:
    """It is over now. `details` are Stripe's cancellation details; open invoices are not collected any more."""
    now = world.clock.now()
    changes = {
        "status": "canceled",
        "canceled_at": subscription["canceled_at"] or now,
        "cancellation_details": {**NOBODY_ASKED, **details},
        "ended_at": now,
    }
    after = world.store.put(KIND, {**pending_update.forget(world, subscription), **changes})
    invoice_items.drop_pending(world, after, cause)
    stop_collecting(world, after)
    events.emit(world, "customer.subscription.deleted", after, cause)
    return after


def cancel_all(world: World, customer: JsonObject, cause: Cause) -> None:
    """The customer is about to be deleted."""
    for subscription in world.store.find(KIND, "customer", customer["id"]):
        if subscription["status"] not in ENDED:
            cancel(world, subscription, {"reason": "cancellation_requested"}, cause)


def expire(world: World, subscription: JsonObject, cause: Cause) -> JsonObject:
    """The first invoice was not paid in time."""
    ended = {"status": "incomplete_expired", "ended_at": world.clock.now()}
    return put_and_tell(world, "customer.subscription.updated", subscription, ended, cause)


def invoices_of(world: World, subscription: JsonObject) -> list[JsonObject]:
    """All its invoices, oldest first."""
    return [
        invoice
        for invoice in world.store.find(invoice_shape.KIND, "customer", subscription["customer"])
        if invoice_shape.subscription_id_of(invoice) == subscription["id"]
    ]


def stop_collecting(world: World, subscription: JsonObject) -> None:
    """No more automatic tries."""
    for invoice in invoices_of(world, subscription):
        if invoice["status"] in ("draft", "open"):
            stopped = {"auto_advance": False, "next_payment_attempt": None}
            world.store.put(invoice_shape.KIND, {**invoice, **stopped})
