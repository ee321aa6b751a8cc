"""What is settled when a subscription is canceled in the middle of a period."""

from sandbox.json_types import JsonObject
from sandbox.stripe.api.call import Cause
from sandbox.stripe.invoices import invoicing
from sandbox.stripe.invoices import items as invoice_items
from sandbox.stripe.invoices.invoicing import Bill
from sandbox.stripe.subscriptions.change import BILLED
from sandbox.stripe.subscriptions.periods import Period
from sandbox.stripe.subscriptions.shape import amount_of, items_of, period_of
from sandbox.world import World


def settle(world: World, subscription: JsonObject, cause: Cause, *, prorate: bool, bill: bool) -> None:
    """`prorate` credits the unused time; `bill` puts that and whatever else is pending on a last invoice.

    A negative last invoice goes to the customer's balance.
    """
    now = world.clock.now()
    if prorate and subscription["status"] in BILLED:
        paid_for = [item for item in items_of(subscription) if amount_of(item)]
        credits = [invoice_items.unused_time(world, subscription, item, now) for item in paid_for]
        invoice_items.add_all(world, credits, cause)
    if bill and invoice_items.pending(world, subscription):
        last = Bill("subscription_update", [], Period(period_of(subscription).start, now))
        invoicing.change_and_bill(world, subscription, {}, last, cause)
