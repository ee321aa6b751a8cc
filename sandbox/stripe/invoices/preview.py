"""What an invoice would be: the next one, or the one that a change would cause
(https://docs.stripe.com/api/invoices/create_preview).
"""

from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors
from sandbox.stripe.api.call import Call
from sandbox.stripe.api.params import Params
from sandbox.stripe.catalog import discounts
from sandbox.stripe.customers import customers
from sandbox.stripe.invoices import invoicing
from sandbox.stripe.invoices import items as invoice_items
from sandbox.stripe.invoices import lines as invoice_lines
from sandbox.stripe.invoices.invoicing import Bill
from sandbox.stripe.subscriptions import asked as subscription_asked
from sandbox.stripe.subscriptions import change as subscription_change
from sandbox.stripe.subscriptions import items as subscription_items
from sandbox.stripe.subscriptions import start as subscription_start
from sandbox.stripe.subscriptions.periods import period_around
from sandbox.stripe.subscriptions.shape import ENDED, KIND, items_of, period_of, recurring_of
from sandbox.stripe.subscriptions.start import Start
from sandbox.world import World

CHANGES = ("billing_cycle_anchor", "items", "proration_behavior", "proration_date", "trial_end")


def create(world: World, call: Call) -> JsonObject:
    """POST /v1/invoices/create_preview, for a subscription or for the beginning of one; nothing is stored"""
    call.params.only("customer", "preview_mode", "subscription", "subscription_details")
    call.params.choice("preview_mode", ("next",))
    details = call.params.group("subscription_details")
    details.only(*CHANGES)
    subscription = _subscription(world, call.params)
    if any("price_data" in each.fields for each in details.groups("items")):
        raise errors.invalid("A preview takes prices that exist.", param="subscription_details[items]")
    customer_id = subscription["customer"] if subscription else call.params.required_text("customer")
    with world.clock.at(_moment(world, details, customer_id, subscription)):
        if subscription is None:
            return _of_new(world, call, details)
        return _of_existing(world, call, details, subscription)


def upcoming(world: World, subscription: JsonObject, entries: list[JsonObject]) -> JsonObject:
    """The invoice of the next renewal with these prorations on it, as it would be made now."""
    last = period_of(subscription)
    period = period_around(subscription["billing_cycle_anchor"], recurring_of(subscription), last.end)
    lines = invoice_lines.in_full(world, subscription, items_of(subscription), period)
    running = discounts.running(world, subscription["discounts"], last.end)
    shaped = invoicing.shaped(world, {**subscription, "discounts": running}, Bill("upcoming", lines, last), entries)
    return _as_preview(shaped, last.end)


def _of_existing(world: World, call: Call, details: Params, before: JsonObject) -> JsonObject:
    if not details.fields and before["cancel_at_period_end"] and not invoice_items.pending(world, before):
        message = f"No upcoming invoices for subscription: {before['id']}"
        raise errors.StripeError(404, "invalid_request_error", message, code="invoice_upcoming_none")
    change = subscription_asked.change(world, details, before, call.cause)
    plan = subscription_change.planned(world, before, change)
    after = {**before, **plan.changes}
    entries = [*invoice_items.pending(world, before), *plan.entries]
    if plan.bill is None:
        return upcoming(world, after, entries)
    return _as_preview(invoicing.shaped(world, after, plan.bill, entries), world.clock.now())


def _of_new(world: World, call: Call, details: Params) -> JsonObject:
    customer = customers.named(world, call.params)
    if customer is None:
        raise errors.missing("customer")
    items = subscription_items.asked_for(world, details, call.cause)
    trial_end = details.integer("trial_end") if details.text("trial_end") != "now" else None
    wanted = Start(items, {"metadata": {}}, trial_end=trial_end)
    subscription = subscription_start.shaped(world, customer, wanted)
    bill = subscription_start.first_bill(world, subscription, wanted)
    return _as_preview(invoicing.shaped(world, subscription, bill, []), world.clock.now())


def _as_preview(shaped: JsonObject, now: int) -> JsonObject:
    return {**shaped, "id": f"upcoming_{shaped['id']}", "created": now, "next_payment_attempt": now}


def _subscription(world: World, params: Params) -> JsonObject | None:
    subscription_id = params.text("subscription")
    if subscription_id is None:
        return None
    subscription = world.store.get(KIND, subscription_id)
    if subscription is None or subscription["status"] in ENDED:
        raise errors.no_such(KIND, subscription_id, "subscription")
    return subscription


def _moment(world: World, details: Params, customer_id: str, subscription: JsonObject | None) -> int:
    """Now, or the `proration_date`, which must lie in the running period."""
    moment = details.integer("proration_date")
    if moment is None or subscription is None:
        return world.time_of(customer_id)
    period = period_of(subscription)
    if not period.start <= moment < period.end:
        message = "`proration_date` must be within the current period."
        raise errors.invalid(message, param=details.name("proration_date"))
    return moment
