"""Invoices that are paid, and what that means for their subscriptions."""

from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors
from sandbox.stripe.api.call import Cause
from sandbox.stripe.api.previous import put_and_tell
from sandbox.stripe.customers import customers
from sandbox.stripe.events import events
from sandbox.stripe.invoices import payments as invoice_payments
from sandbox.stripe.invoices import shape as invoice_shape
from sandbox.stripe.invoices.shape import KIND
from sandbox.stripe.subscriptions import end as subscription_end
from sandbox.stripe.subscriptions import pending_update
from sandbox.stripe.subscriptions import shape as subscription_shape
from sandbox.world import World


def mark_paid(world: World, invoice: JsonObject, cause: Cause, *, out_of_band: bool = False) -> JsonObject:
    """It is paid, and its subscription is in order if nothing else is open."""
    now = world.clock.now()
    changes = {
        "amount_paid": 0 if out_of_band else invoice["amount_due"],
        "amount_paid_off_stripe": invoice["amount_due"] if out_of_band else 0,
        "amount_remaining": 0,
        "attempted": True,
        "auto_advance": False,
        "next_payment_attempt": None,
        "status": "paid",
        "status_transitions": {**invoice["status_transitions"], "paid_at": now},
    }
    after = world.store.put(KIND, {**invoice, **changes})
    payment = invoice_payments.of_invoice(world, invoice["id"])
    if payment and not out_of_band:
        invoice_payments.paid(world, payment, now, cause)
    events.emit(world, "invoice.paid", after, cause)
    events.emit(world, "invoice.payment_succeeded", after, cause)
    recover(world, after, cause)
    return after


def intent_succeeded(world: World, intent: JsonObject, cause: Cause) -> None:
    """A payment intent got its money: the invoice behind it, if there is one, is paid."""
    payment = invoice_payments.of_intent(world, intent["id"])
    invoice = world.store.get(KIND, payment["invoice"]) if payment else None
    if invoice is None or invoice["status"] not in ("open", "uncollectible"):
        return
    counted = {"attempt_count": max(invoice["attempt_count"], 1)}
    with world.clock.at(world.time_of(invoice["customer"])):
        mark_paid(world, {**invoice, **counted}, cause)
        _remember_method(world, invoice, intent, cause)


def recover(world: World, invoice: JsonObject, cause: Cause) -> None:
    """Bring the subscription in line after an invoice was paid or voided."""
    pending_update.settle(world, subscription_of(world, invoice), invoice, cause)
    subscription = subscription_of(world, invoice)
    if subscription["status"] == "incomplete":
        if invoice["status"] == "void":
            subscription_end.expire(world, subscription, cause)
        else:
            put_and_tell(world, "customer.subscription.updated", subscription, {"status": "active"}, cause)
    if subscription["status"] not in ("past_due", "unpaid"):
        return
    if not any(other["status"] == "open" for other in subscription_end.invoices_of(world, subscription)):
        put_and_tell(world, "customer.subscription.updated", subscription, {"status": "active"}, cause)


def customer_of(world: World, invoice: JsonObject) -> JsonObject:
    """Who owes it. Raises when that customer was deleted."""
    customer = world.store.get(customers.KIND, invoice["customer"])
    if customer is None:
        raise LookupError(f"{invoice['customer']} was never created")
    if customer.get("deleted"):
        raise errors.conflict("The customer of this invoice was deleted.", "resource_missing", param="customer")
    return customer


def subscription_of(world: World, invoice: JsonObject) -> JsonObject:
    """What it is for, as it stands now."""
    subscription_id = invoice_shape.subscription_id_of(invoice)
    subscription = world.store.get(subscription_shape.KIND, subscription_id)
    if subscription is None:
        raise LookupError(f"{subscription_id} was never created")
    return subscription


def _remember_method(world: World, invoice: JsonObject, intent: JsonObject, cause: Cause) -> None:
    """`payment_settings.save_default_payment_method=on_subscription` keeps what paid."""
    subscription = subscription_of(world, invoice)
    if subscription["payment_settings"]["save_default_payment_method"] == "on_subscription":
        kept = {"default_payment_method": intent["payment_method"]}
        put_and_tell(world, "customer.subscription.updated", subscription, kept, cause)
