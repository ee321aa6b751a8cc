"""Trials that end without a payment method: paused until somebody resumes them
(https://docs.stripe.com/billing/subscriptions/trials#create-free-trials-without-payment).
"""

from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors
from sandbox.stripe.api.call import Cause
from sandbox.stripe.events import events
from sandbox.stripe.invoices import invoicing
from sandbox.stripe.invoices import lines as invoice_lines
from sandbox.stripe.invoices.invoicing import Bill
from sandbox.stripe.subscriptions.periods import Period, period_around
from sandbox.stripe.subscriptions.shape import KIND, in_period, items_list, items_of, period_of, recurring_of
from sandbox.world import World


def pause(world: World, subscription: JsonObject, cause: Cause) -> None:
    """No more periods, no more invoices."""
    after = world.store.put(KIND, {**subscription, "status": "paused"})
    events.emit(world, "customer.subscription.paused", after, cause)


def resume(world: World, before: JsonObject, cause: Cause) -> JsonObject:
    """A new period from now on, billed at once. Raises for a subscription that is not paused."""
    if before["status"] != "paused":
        message = f"Only a paused subscription can be resumed; this one is {before['status']}."
        raise errors.conflict(message, "subscription_not_paused")
    now, items = world.clock.now(), items_of(before)
    period = period_around(now, recurring_of(before), now)
    changes = {
        "billing_cycle_anchor": now,
        "items": items_list(before["id"], in_period(items, period)),
        "status": "active",
    }
    lines = invoice_lines.in_full(world, before, items, period)
    bill = Bill("subscription_update", lines, Period(period_of(before).start, now))
    invoicing.change_and_bill(world, before, changes, bill, cause)
    after = world.store.get(KIND, before["id"]) or before
    events.emit(world, "customer.subscription.resumed", after, cause)
    return after
