"""Billing a subscription: from lines to an invoice that is finalized and, if it can be, paid."""

from dataclasses import dataclass

from sandbox.json_types import JsonObject
from sandbox.stripe.api.call import Cause
from sandbox.stripe.api.previous import put_and_tell
from sandbox.stripe.cards.issuer import OFF_SESSION, Presence
from sandbox.stripe.catalog import discounts, tax_rates
from sandbox.stripe.customers import customers
from sandbox.stripe.events import events
from sandbox.stripe.invoices import collect as invoice_collect
from sandbox.stripe.invoices import items as invoice_items
from sandbox.stripe.invoices import lines as invoice_lines
from sandbox.stripe.invoices import settle as invoice_settle
from sandbox.stripe.invoices.shape import KIND, of_subscription
from sandbox.stripe.subscriptions.periods import Period
from sandbox.world import World


@dataclass(frozen=True, slots=True)
class Bill:
    """What is to be billed: why, which lines, and the invoice's own period (of a renewal: the one that ended)."""

    reason: str
    lines: list[JsonObject]
    period: Period


@dataclass(frozen=True, slots=True)
class Collection:
    """How a finalized invoice is collected: at once or not at all, and whether the buyer is there."""

    at_once: bool = True
    presence: Presence = OFF_SESSION
    future_usage: str | None = None


BY_ITSELF = Collection()


def shaped(world: World, subscription: JsonObject, bill: Bill, entries: list[JsonObject]) -> JsonObject:
    """The draft of an invoice with these lines and these prorations; nothing is stored."""
    customer = world.store.get(customers.KIND, subscription["customer"])
    if customer is None:
        raise LookupError(f"{subscription['customer']} was never created")
    now = world.clock.now()
    running = discounts.running(world, subscription["discounts"], now)
    lines = [*(invoice_lines.of_proration(subscription, entry) for entry in entries), *bill.lines]
    lines = tax_rates.taxed(invoice_lines.discounted(world, lines, running), subscription["default_tax_rates"])
    return of_subscription(subscription, customer, bill.reason, lines, running, bill.period, now)


def draft(world: World, subscription: JsonObject, bill: Bill) -> tuple[JsonObject, JsonObject]:
    """Store the draft, with all pending prorations; and what changes on the subscription by it."""
    entries = invoice_items.pending(world, subscription)
    invoice = world.store.put(KIND, shaped(world, subscription, bill, entries))
    invoice_items.put_on(world, entries, invoice["id"])
    used = [part["discount"] for part in invoice["total_discount_amounts"]]
    left = discounts.left_after(world, invoice["discounts"], used)
    return invoice, {"latest_invoice": invoice["id"], "discounts": left}


def change_and_bill(world: World, before: JsonObject, changes: JsonObject, bill: Bill, cause: Cause) -> JsonObject:
    """Change the subscription, tell of it, and bill it. The invoice as it ends up."""
    invoice, more = draft(world, {**before, **changes}, bill)
    after = put_and_tell(world, "customer.subscription.updated", before, {**changes, **more}, cause)
    return settle(world, after, invoice, cause)


def settle(
    world: World, subscription: JsonObject, invoice: JsonObject, cause: Cause, how: Collection = BY_ITSELF
) -> JsonObject:
    """Announce a draft, finalize it and collect it, unless collection is paused."""
    events.emit(world, "invoice.created", invoice, cause)
    paused = subscription["pause_collection"]
    if subscription["status"] == "unpaid" or (paused and paused["behavior"] == "keep_as_draft"):
        return world.store.put(KIND, {**invoice, "auto_advance": False})
    invoice = invoice_settle.finalize(world, invoice, cause, future_usage=how.future_usage)
    if invoice["status"] != "open":
        return invoice
    if paused:
        closing = invoice_settle.void if paused["behavior"] == "void" else invoice_settle.mark_uncollectible
        return closing(world, invoice, cause)
    if invoice["collection_method"] == "send_invoice":
        events.emit(world, "invoice.sent", invoice, cause)
        return invoice
    return invoice_collect.collect(world, invoice, cause, presence=how.presence) if how.at_once else invoice
