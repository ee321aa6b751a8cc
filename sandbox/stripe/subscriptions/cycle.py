"""What time does to subscriptions: renewals, ends of trials, further tries to collect, endings.

Everything happens at its own moment, in order of time over all subscriptions, however far the clock was moved.
"""

import heapq
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import NamedTuple

from sandbox.json_types import JsonObject
from sandbox.stripe.api.call import Cause
from sandbox.stripe.api.previous import put_and_tell
from sandbox.stripe.catalog import discounts
from sandbox.stripe.events import events
from sandbox.stripe.invoices import collect as invoice_collect
from sandbox.stripe.invoices import invoicing
from sandbox.stripe.invoices import lines as invoice_lines
from sandbox.stripe.invoices import paid as invoice_paid
from sandbox.stripe.invoices import settle as invoice_settle
from sandbox.stripe.invoices.invoicing import Bill
from sandbox.stripe.subscriptions import agenda as subscription_agenda
from sandbox.stripe.subscriptions import end as subscription_end
from sandbox.stripe.subscriptions import pause as subscription_pause
from sandbox.stripe.subscriptions.change import discard_pending
from sandbox.stripe.subscriptions.periods import period_around
from sandbox.stripe.subscriptions.shape import ENDED, KIND, in_period, items_list, items_of, period_of, recurring_of
from sandbox.world import World

NOBODY = Cause()
# https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses
INCOMPLETE_SECONDS = 23 * 60 * 60
LIVE = ("incomplete", "trialing", "active", "past_due", "unpaid")
REQUESTED: JsonObject = {"reason": "cancellation_requested"}

StandAt = Callable[[int], AbstractContextManager[None]]


class Due(NamedTuple):
    """Something that happens to a subscription at a moment."""

    at: int
    do: Callable[[], object]


def run_due(world: World) -> int:
    """Do what is due on the sandbox's own clock; how much that was."""
    now = world.clock.now()
    return run(world, _perhaps_due(world, now), now, world.clock.at)


def run(world: World, subscriptions: Iterable[JsonObject], until: int, stand_at: StandAt) -> int:
    """Do what is due by `until` (included), each standing at its moment; how much that was."""
    done = 0
    queue = [(due.at, each["id"]) for each in subscriptions if (due := next_due(world, each)) and due.at <= until]
    heapq.heapify(queue)
    while queue:
        _, subscription_id = heapq.heappop(queue)
        due = _next_of(world, subscription_id)
        if due is None or due.at > until:
            continue
        with stand_at(due.at):
            due.do()
        done += 1
        following = _next_of(world, subscription_id)
        if following is not None:
            heapq.heappush(queue, (following.at, subscription_id))
    return done


def next_due(world: World, subscription: JsonObject) -> Due | None:
    """What happens next to this subscription, if time alone makes anything happen to it."""
    if subscription["status"] in ENDED:
        return None
    dues = [*_of_invoices(world, subscription), *_of_subscription(world, subscription)]
    return min(dues, key=lambda due: due.at, default=None)


def _perhaps_due(world: World, now: int) -> list[JsonObject]:
    """A quick choice out of all subscriptions, since it is made every second; `next_due` knows for sure."""
    own = (each for status in LIVE for each in world.store.find(KIND, "status", status) if each["test_clock"] is None)
    chosen = {each["id"]: each for each in own if _acts_by(each, now)}
    for invoice in world.store.find("invoice", "status", "open"):
        moments = (invoice["next_payment_attempt"], invoice["due_date"])
        if invoice["test_clock"] is None and any(moment is not None and moment <= now for moment in moments):
            subscription = invoice_paid.subscription_of(world, invoice)
            chosen[subscription["id"]] = subscription
    return list(chosen.values())


def _acts_by(subscription: JsonObject, now: int) -> bool:
    if subscription["items"]["data"][0]["current_period_end"] <= now or subscription["pause_collection"]:
        return True
    if subscription["pending_update"] is not None and subscription["pending_update"]["expires_at"] <= now:
        return True
    if subscription["status"] == "trialing":
        return bool(subscription["trial_end"] - subscription_agenda.TRIAL_NOTICE_SECONDS <= now)
    return bool(subscription["status"] == "incomplete" and subscription["created"] + INCOMPLETE_SECONDS <= now)


def _next_of(world: World, subscription_id: str) -> Due | None:
    subscription = world.store.get(KIND, subscription_id)
    return next_due(world, subscription) if subscription else None


def _of_invoices(world: World, subscription: JsonObject) -> Iterable[Due]:
    for invoice in subscription_end.invoices_of(world, subscription):
        if invoice["status"] != "open":
            continue
        if invoice["next_payment_attempt"] is not None:
            yield Due(invoice["next_payment_attempt"], _doing(invoice_collect.collect, world, invoice, NOBODY))
        told = subscription_agenda.remembered(world, subscription, f"overdue {invoice['id']}")
        if invoice["due_date"] is not None and not told:
            yield Due(invoice["due_date"], _doing(_overdue, world, subscription, invoice))


def _of_subscription(world: World, subscription: JsonObject) -> Iterable[Due]:
    status, paused = subscription["status"], subscription["pause_collection"]
    if paused and paused["resumes_at"] is not None:
        yield Due(paused["resumes_at"], _doing(_resume_collection, world, subscription))
    if status == "incomplete":
        yield Due(subscription["created"] + INCOMPLETE_SECONDS, _doing(_expire, world, subscription))
    if subscription["pending_update"] is not None:
        # before the end of the period, which may come in the same second
        expires_at = subscription["pending_update"]["expires_at"]
        yield Due(expires_at, _doing(discard_pending, world, subscription, NOBODY))
    notice = subscription_agenda.trial_notice_due(world, subscription)
    if notice is not None:
        yield Due(notice, _doing(subscription_agenda.tell_of_trial_end, world, subscription))
    if status in LIVE and status != "incomplete":
        yield Due(period_of(subscription).end, _doing(_end_period, world, subscription))


def _doing(do: Callable[..., object], *arguments: object) -> Callable[[], object]:
    return lambda: do(*arguments)


def _end_period(world: World, subscription: JsonObject) -> None:
    if subscription["cancel_at_period_end"]:
        details = {**subscription["cancellation_details"], **REQUESTED}
        subscription_end.cancel(world, subscription, details, NOBODY)
    elif subscription["status"] == "trialing" and not _can_pay(world, subscription):
        _end_unpaid_trial(world, subscription)
    else:
        renew(world, subscription)


def renew(world: World, subscription: JsonObject) -> None:
    """The next period begins, and is billed."""
    now, items = world.clock.now(), items_of(subscription)
    period = period_around(subscription["billing_cycle_anchor"], recurring_of(subscription), now)
    changes: JsonObject = {
        "discounts": discounts.running(world, subscription["discounts"], now),
        "items": items_list(subscription["id"], in_period(items, period)),
    }
    if subscription["status"] == "trialing":
        changes["status"] = "active"
    lines = invoice_lines.in_full(world, subscription, items, period)
    bill = Bill("subscription_cycle", lines, period_of(subscription))
    invoicing.change_and_bill(world, subscription, changes, bill, NOBODY)


def _end_unpaid_trial(world: World, subscription: JsonObject) -> None:
    match subscription["trial_settings"]["end_behavior"]["missing_payment_method"]:
        case "cancel":
            subscription_end.cancel(world, subscription, {"reason": None}, NOBODY)
        case "pause":
            subscription_pause.pause(world, subscription, NOBODY)
        case _:
            renew(world, subscription)


def _can_pay(world: World, subscription: JsonObject) -> bool:
    if subscription["collection_method"] == "send_invoice":
        return True
    customer = invoice_paid.customer_of(world, subscription)
    return bool(subscription["default_payment_method"] or customer["invoice_settings"]["default_payment_method"])


def _expire(world: World, subscription: JsonObject) -> None:
    """Voiding its first invoice ends an incomplete subscription."""
    for invoice in subscription_end.invoices_of(world, subscription):
        if invoice["status"] == "open":
            invoice_settle.void(world, invoice, NOBODY)


def _overdue(world: World, subscription: JsonObject, invoice: JsonObject) -> None:
    subscription_agenda.remember(world, subscription, f"overdue {invoice['id']}")
    events.emit(world, "invoice.overdue", invoice, NOBODY)
    if subscription["status"] == "active":
        put_and_tell(world, "customer.subscription.updated", subscription, {"status": "past_due"}, NOBODY)


def _resume_collection(world: World, subscription: JsonObject) -> None:
    put_and_tell(world, "customer.subscription.updated", subscription, {"pause_collection": None}, NOBODY)
