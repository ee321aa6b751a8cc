"""Changing a subscription: other prices or quantities, a new period, a trial
(https://docs.stripe.com/billing/subscriptions/change-price).
"""

from dataclasses import dataclass, field

from sandbox.json_types import JsonObject
from sandbox.stripe.api.call import Cause
from sandbox.stripe.api.previous import put_and_tell
from sandbox.stripe.invoices import invoicing
from sandbox.stripe.invoices import items as invoice_items
from sandbox.stripe.invoices import lines as invoice_lines
from sandbox.stripe.invoices import settle as invoice_settle
from sandbox.stripe.invoices.invoicing import Bill
from sandbox.stripe.subscriptions import pending_update
from sandbox.stripe.subscriptions.periods import Period, period_around
from sandbox.stripe.subscriptions.shape import KIND, amount_of, in_period, items_list, items_of, period_of
from sandbox.world import World

UPDATED = "customer.subscription.updated"
# in these states the running period has been billed
BILLED = ("active", "past_due", "unpaid")


@dataclass(frozen=True, slots=True)
class Change:
    """What is wanted: plain `fields`, new `items`, a new period from now on (`restart`), a trial from now on."""

    fields: JsonObject = field(default_factory=dict)
    items: list[JsonObject] | None = None
    prorations: str = "create_prorations"
    restart: bool = False
    trial_end: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of it: changes of the subscription, prorations, and the bill if there is one at once."""

    changes: JsonObject
    entries: list[JsonObject]
    bill: Bill | None


def change(world: World, before: JsonObject, wanted: Change, cause: Cause) -> JsonObject:
    """Do it now. The subscription afterwards; a bill that could not be paid leaves it past due."""
    plan = planned(world, before, wanted)
    invoice_items.add_all(world, plan.entries, cause)
    if plan.bill is None:
        return put_and_tell(world, UPDATED, before, plan.changes, cause)
    invoicing.change_and_bill(world, before, plan.changes, plan.bill, cause)
    return world.store.get(KIND, before["id"]) or before


def change_when_paid(world: World, before: JsonObject, wanted: Change, cause: Cause) -> JsonObject:
    """Do it when its bill is paid, which may be at once; what costs nothing is simply done.

    Another update that waits is discarded, and its invoice voided.
    """
    discard_pending(world, before, cause)
    before = world.store.get(KIND, before["id"]) or before
    plan = planned(world, before, wanted)
    if plan.bill is None:
        return change(world, before, wanted, cause)
    invoice_items.add_all(world, plan.entries, cause)
    invoice, more = invoicing.draft(world, {**before, **plan.changes}, plan.bill)
    pending_update.remember(world, before, invoice, {**plan.changes, **more})
    after = put_and_tell(world, UPDATED, before, {"latest_invoice": invoice["id"]}, cause)
    invoice = invoicing.settle(world, after, invoice, cause)
    after = world.store.get(KIND, before["id"]) or before
    return pending_update.show(world, after, cause) if pending_update.is_waited_for(world, after, invoice) else after


def discard_pending(world: World, subscription: JsonObject, cause: Cause) -> None:
    """Void the invoice that an update waits for, and with it the update."""
    invoice = pending_update.waited_for(world, subscription)
    if invoice is not None and invoice["status"] in ("draft", "open"):
        invoice_settle.void(world, invoice, cause)


def planned(world: World, before: JsonObject, wanted: Change) -> Plan:
    """What would happen if it were done now; nothing is stored."""
    now = world.clock.now()
    items = items_of(before) if wanted.items is None else wanted.items
    restart = wanted.restart or (before["status"] in BILLED and _other_rhythm(items_of(before), items))
    entries = [] if wanted.prorations == "none" else _prorations(world, before, wanted, items, now, restart=restart)
    changes = {**wanted.fields, **_terms(before, wanted, items, now, restart=restart)}
    if {**before, **changes}["cancel_at_period_end"]:
        changes["cancel_at"] = period_of(changes).end
    at_once = restart or (wanted.prorations == "always_invoice" and bool(entries))
    if not at_once:
        return Plan(changes, entries, None)
    after = {**before, **changes}
    lines = invoice_lines.in_full(world, after, items, period_of(after)) if restart else []
    return Plan(changes, entries, Bill("subscription_update", lines, Period(period_of(before).start, now)))


def cancel_fields(before: JsonObject, now: int, *, at_period_end: bool) -> JsonObject:
    """Cancel when the period ends, or change one's mind about it."""
    if not at_period_end:
        details = {**before["cancellation_details"], "reason": None}
        return {
            "cancel_at": None,
            "cancel_at_period_end": False,
            "canceled_at": None,
            "cancellation_details": details,
        }
    details = {**before["cancellation_details"], "reason": "cancellation_requested"}
    return {
        "cancel_at": period_of(before).end,
        "cancel_at_period_end": True,
        "canceled_at": before["canceled_at"] or now,
        "cancellation_details": details,
    }


def _terms(before: JsonObject, wanted: Change, items: list[JsonObject], now: int, *, restart: bool) -> JsonObject:
    if wanted.trial_end is not None:
        start = before["trial_start"] if before["status"] == "trialing" else now
        trial = {"status": "trialing", "trial_start": start, "trial_end": wanted.trial_end}
        more = {"billing_cycle_anchor": wanted.trial_end, **trial}
        return {"items": items_list(before["id"], in_period(items, Period(now, wanted.trial_end))), **more}
    if not restart:
        return {"items": items_list(before["id"], in_period(items, period_of(before)))}
    period = period_around(now, items[0]["price"]["recurring"], now)
    trial = {"status": "active", "trial_end": now} if before["status"] == "trialing" else {}
    return {"items": items_list(before["id"], in_period(items, period)), "billing_cycle_anchor": now, **trial}


def _prorations(
    world: World, before: JsonObject, wanted: Change, items: list[JsonObject], now: int, *, restart: bool
) -> list[JsonObject]:
    """Credits for what is given up of the paid period, charges for what comes in its place."""
    if before["status"] not in BILLED:
        return []
    old, new = items_of(before), items
    whole = restart or wanted.trial_end is not None
    given_up = old if whole else [item for item in old if _terms_of(item) not in map(_terms_of, new)]
    instead = [] if whole else [item for item in new if _terms_of(item) not in map(_terms_of, old)]
    after = {**before, **wanted.fields}
    return [
        *(invoice_items.unused_time(world, before, item, now) for item in given_up if amount_of(item)),
        *(invoice_items.remaining_time(world, after, item, now) for item in instead if amount_of(item)),
    ]


def _terms_of(item: JsonObject) -> tuple[str, str, int]:
    return item["id"], item["price"]["id"], item["quantity"]


def _other_rhythm(old: list[JsonObject], new: list[JsonObject]) -> bool:
    """Another interval, from free to paid, or back: then a new period begins at once."""
    was, now = old[0]["price"]["recurring"], new[0]["price"]["recurring"]
    if any(was[name] != now[name] for name in ("interval", "interval_count")):
        return True
    return (sum(map(amount_of, old)) == 0) != (sum(map(amount_of, new)) == 0)
