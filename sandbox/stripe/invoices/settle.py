"""The life of an invoice: finalized, then paid, voided or given up
(https://docs.stripe.com/invoicing/integration/workflow-transitions).

Real Stripe leaves renewal invoices as drafts for about an hour; here they are finalized at once.
"""

from sandbox.json_types import JsonObject
from sandbox.stripe.api import amounts
from sandbox.stripe.api.call import Cause
from sandbox.stripe.api.previous import put_and_tell
from sandbox.stripe.customers import customers
from sandbox.stripe.events import events
from sandbox.stripe.invoices import payments as invoice_payments
from sandbox.stripe.invoices import shape as invoice_shape
from sandbox.stripe.invoices.paid import customer_of, mark_paid, recover
from sandbox.stripe.invoices.shape import KIND
from sandbox.stripe.payments import payment_intents
from sandbox.world import World

INTENT_DESCRIPTIONS = {
    "subscription_create": "Subscription creation",
    "subscription_cycle": "Subscription update",
    "subscription_update": "Subscription update",
}


def finalize(world: World, draft: JsonObject, cause: Cause, *, future_usage: str | None = None) -> JsonObject:
    """Number it, settle it with the customer's balance, and make a payment intent for what is due, if anything is."""
    customer = customer_of(world, draft)
    minimum = amounts.minimum(world, draft["currency"])
    due, ending = invoice_shape.balanced(draft["total"], customer["balance"], minimum)
    now = world.clock.now()
    changes = {
        "amount_due": due,
        "amount_remaining": due,
        "effective_at": now,
        "ending_balance": ending,
        "hosted_invoice_url": f"{world.options.base_url}/invoice/{draft['id']}",
        "number": f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04}",
        "starting_balance": customer["balance"],
        "status": "open",
        "status_transitions": {**draft["status_transitions"], "finalized_at": now},
    }
    invoice = world.store.put(KIND, {**draft, **changes})
    customer = {**customer, "next_invoice_sequence": customer["next_invoice_sequence"] + 1}
    put_and_tell(world, "customer.updated", world.store.put(customers.KIND, customer), {"balance": ending}, cause)
    events.emit(world, "invoice.finalized", invoice, cause)
    if due == 0:
        return mark_paid(world, invoice, cause)
    intent = payment_intents.add(world, cause, _intent_wishes(invoice, future_usage))
    invoice_payments.add(world, invoice, intent)
    return invoice


def void(world: World, invoice: JsonObject, cause: Cause) -> JsonObject:
    """It was never owed. What it had taken from the customer's balance goes back there."""
    now = world.clock.now()
    cancel_intent(world, invoice, now, cause)
    customer = customer_of(world, invoice)
    returned = invoice["starting_balance"] - (invoice["ending_balance"] or 0) if invoice["number"] else 0
    put_and_tell(world, "customer.updated", customer, {"balance": customer["balance"] + returned}, cause)
    after = _closed(world, invoice, "void", {"voided_at": now})
    events.emit(world, "invoice.voided", after, cause)
    recover(world, after, cause)
    return after


def mark_uncollectible(world: World, invoice: JsonObject, cause: Cause) -> JsonObject:
    """It is owed and will hardly be paid."""
    after = _closed(world, invoice, "uncollectible", {"marked_uncollectible_at": world.clock.now()})
    events.emit(world, "invoice.marked_uncollectible", after, cause)
    return after


def _intent_wishes(invoice: JsonObject, future_usage: str | None) -> JsonObject:
    return {
        "amount": invoice["amount_due"],
        "currency": invoice["currency"],
        "customer": invoice["customer"],
        "description": INTENT_DESCRIPTIONS[invoice["billing_reason"]],
        "setup_future_usage": future_usage,
    }


def _closed(world: World, invoice: JsonObject, status: str, transition: JsonObject) -> JsonObject:
    changes = {
        "auto_advance": False,
        "next_payment_attempt": None,
        "status": status,
        "status_transitions": {**invoice["status_transitions"], **transition},
    }
    return world.store.put(KIND, {**invoice, **changes})


def cancel_intent(world: World, invoice: JsonObject, now: int, cause: Cause) -> None:
    """The payment intent of an invoice is wanted no more; nothing for an invoice without one."""
    payment, intent = (
        invoice_payments.of_invoice(world, invoice["id"]),
        invoice_payments.intent_of(world, invoice["id"]),
    )
    if payment is None or intent is None or intent["status"] in ("succeeded", "canceled"):
        return
    invoice_payments.canceled(world, payment, now)
    changes = {"status": "canceled", "canceled_at": now, "cancellation_reason": "void_invoice", "next_action": None}
    after = world.store.put(payment_intents.KIND, {**intent, **changes})
    events.emit(world, "payment_intent.canceled", after, cause)
