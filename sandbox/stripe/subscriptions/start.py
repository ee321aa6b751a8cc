"""The beginning of a subscription: its first period and its first invoice."""

from dataclasses import dataclass, field

from sandbox.json_types import JsonObject
from sandbox.stripe.api.call import Cause
from sandbox.stripe.catalog import discounts
from sandbox.stripe.events import events
from sandbox.stripe.invoices import invoicing
from sandbox.stripe.invoices import items as invoice_items
from sandbox.stripe.invoices import lines as invoice_lines
from sandbox.stripe.invoices.invoicing import BY_ITSELF, Bill, Collection
from sandbox.stripe.subscriptions import agenda as subscription_agenda
from sandbox.stripe.subscriptions.change import cancel_fields
from sandbox.stripe.subscriptions.items import Wanted
from sandbox.stripe.subscriptions.periods import Period, period_around
from sandbox.stripe.subscriptions.shape import KIND, amount_of, bare, in_period, item, items_list, items_of, period_of
from sandbox.world import World


@dataclass(frozen=True, slots=True)
class Start:
    """What is wanted. `anchor` is the first full period's start, in the future; so is `trial_end`."""

    items: list[Wanted]
    fields: JsonObject = field(default_factory=dict)
    coupons: list[JsonObject] = field(default_factory=list)
    anchor: int | None = None
    trial_end: int | None = None
    prorated: bool = True
    cancel_at_period_end: bool = False


def start(world: World, customer: JsonObject, wanted: Start, cause: Cause, how: Collection = BY_ITSELF) -> JsonObject:
    """A new subscription with its first invoice, as it stands after the first try to collect it.

    For operations that stand at the customer's own time, see `Clock.at`.
    """
    subscription = shaped(world, customer, wanted)
    coupons = [discounts.add(world, coupon, subscription, world.clock.now()) for coupon in wanted.coupons]
    subscription = world.store.put(KIND, {**subscription, "discounts": coupons})
    invoice, more = invoicing.draft(world, subscription, first_bill(world, subscription, wanted))
    more["status"] = _first_status(subscription, invoice)
    subscription = world.store.put(KIND, {**subscription, **more})
    events.emit(world, "customer.subscription.created", subscription, cause)
    subscription_agenda.tell_of_short_trial(world, subscription)
    invoicing.settle(world, subscription, invoice, cause, how)
    return world.store.get(KIND, subscription["id"]) or subscription


def shaped(world: World, customer: JsonObject, wanted: Start) -> JsonObject:
    """The subscription with its items and its first period; nothing is stored."""
    now = world.clock.now()
    prices = [price for price, _, _ in wanted.items]
    subscription = {**bare(customer, prices[0]["currency"], now), **wanted.fields}
    items = [item(subscription["id"], price, quantity, metadata, now) for price, quantity, metadata in wanted.items]
    recurring = prices[0]["recurring"]
    if wanted.trial_end is not None:
        period = Period(now, wanted.trial_end)
        subscription |= {"status": "trialing", "trial_start": now, "trial_end": wanted.trial_end}
    elif wanted.anchor is not None:
        period = Period(now, wanted.anchor)
    else:
        period = period_around(now, recurring, now)
    # an anchor on the first day or at the end of a trial or of a partial period; else it is now
    subscription["billing_cycle_anchor"] = wanted.trial_end or wanted.anchor or now
    subscription["items"] = items_list(subscription["id"], in_period(items, period))
    if wanted.cancel_at_period_end:
        subscription |= cancel_fields(subscription, now, at_period_end=True)
    return subscription


def first_bill(world: World, subscription: JsonObject, wanted: Start) -> Bill:
    """A full period, part of one up to the anchor, or nothing for a trial."""
    now, period = world.clock.now(), period_of(subscription)
    lines = [_first_line(world, subscription, each, wanted, period) for each in items_of(subscription)]
    return Bill("subscription_create", lines, Period(now, now))


def _first_line(world: World, subscription: JsonObject, each: JsonObject, wanted: Start, period: Period) -> JsonObject:
    if wanted.trial_end is not None:
        line = invoice_lines.of_period(world, subscription, each, period, 0)
        return {**line, "description": f"Trial period for {invoice_items.named(world, each)}"}
    amount = amount_of(each)
    if wanted.anchor is not None:
        full = period_around(wanted.anchor, each["price"]["recurring"], period.start)
        amount = full.left_of(amount, period.start) if wanted.prorated else 0
    return invoice_lines.of_period(world, subscription, each, period, amount)


def _first_status(subscription: JsonObject, invoice: JsonObject) -> str:
    """`incomplete` until the first invoice is paid, if there is anything to pay by card."""
    if subscription["status"] == "trialing":
        return "trialing"
    by_card = subscription["collection_method"] == "charge_automatically"
    return "incomplete" if by_card and invoice["total"] > 0 else "active"
