"""Invoices by API (https://docs.stripe.com/api/invoices). Only subscriptions make them here."""

from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors, lists
from sandbox.stripe.api.call import Call
from sandbox.stripe.api.errors import StripeError
from sandbox.stripe.cards.issuer import OFF_SESSION
from sandbox.stripe.invoices import collect as invoice_collect
from sandbox.stripe.invoices import paid as invoice_paid
from sandbox.stripe.invoices import payments as invoice_payments
from sandbox.stripe.invoices import settle as invoice_settle
from sandbox.stripe.payment_methods import payment_methods
from sandbox.stripe.payments import confirm, payment_intents
from sandbox.world import World

STATUSES = ("draft", "open", "paid", "uncollectible", "void")


def lines(world: World, call: Call, invoice: JsonObject) -> JsonObject:
    """GET /v1/invoices/{invoice}/lines"""
    call.params.only(*lists.PAGE_PARAMETERS)
    return lists.page_of(invoice["lines"]["data"], call.params, call.path)


def finalize(world: World, call: Call, draft: JsonObject) -> JsonObject:
    """POST /v1/invoices/{invoice}/finalize: a draft, which is left only by `pause_collection`"""
    call.params.only("auto_advance")
    _must_be(draft, ("draft",), "finalize")
    with world.clock.at(world.time_of(draft["customer"])):
        return invoice_settle.finalize(world, draft, call.cause)


def pay(world: World, call: Call, invoice: JsonObject) -> JsonObject:
    """POST /v1/invoices/{invoice}/pay: with a saved payment method, or with money from elsewhere. 402 on a decline."""
    call.params.only("off_session", "paid_out_of_band", "payment_method")
    _must_be(invoice, ("draft", "open", "uncollectible"), "pay")
    with world.clock.at(world.time_of(invoice["customer"])):
        method_id = _method(world, call, invoice)
        if invoice["status"] == "draft":
            invoice = invoice_settle.finalize(world, invoice, call.cause)
        if invoice["status"] == "paid":
            return invoice
        if call.params.flag("paid_out_of_band"):
            return _paid_elsewhere(world, invoice, call)
        return _charged(world, invoice, method_id, call)


def void(world: World, call: Call, invoice: JsonObject) -> JsonObject:
    """POST /v1/invoices/{invoice}/void"""
    call.params.only()
    _must_be(invoice, ("open", "uncollectible"), "void")
    with world.clock.at(world.time_of(invoice["customer"])):
        return invoice_settle.void(world, invoice, call.cause)


def mark_uncollectible(world: World, call: Call, invoice: JsonObject) -> JsonObject:
    """POST /v1/invoices/{invoice}/mark_uncollectible"""
    call.params.only()
    _must_be(invoice, ("open",), "mark uncollectible")
    with world.clock.at(world.time_of(invoice["customer"])):
        return invoice_settle.mark_uncollectible(world, invoice, call.cause)


def _paid_elsewhere(world: World, invoice: JsonObject, call: Call) -> JsonObject:
    invoice_settle.cancel_intent(world, invoice, world.clock.now(), call.cause)
    return invoice_paid.mark_paid(world, invoice, call.cause, out_of_band=True)


def _charged(world: World, invoice: JsonObject, method_id: str | None, call: Call) -> JsonObject:
    after = invoice_collect.collect(
        world, invoice, call.cause, automatic=False, presence=OFF_SESSION, method_id=method_id
    )
    if after["status"] == "paid":
        return after
    intent = invoice_payments.intent_of(world, invoice["id"])
    current = intent and world.store.get(payment_intents.KIND, intent["id"])
    if current is None or not current["last_payment_error"]:
        raise StripeError(402, "card_error", "The invoice could not be paid.", executed=True, code="card_declined")
    raise confirm.declined(current)


def _method(world: World, call: Call, invoice: JsonObject) -> str | None:
    """The given one, or the default; raises when there is none, unless the money came from elsewhere."""
    method = payment_methods.named(world, call.params)
    if method is not None and method["customer"] not in (None, invoice["customer"]):
        raise errors.invalid("The payment method belongs to another customer.", param="payment_method")
    method_id = method["id"] if method else invoice_collect.default_method(world, invoice)
    if method_id is None and invoice["amount_due"] and not call.params.flag("paid_out_of_band"):
        message = (
            "There is no `default_payment_method` set on this Customer or Invoice. Please set either prior to "
            "requesting payment."
        )
        raise errors.invalid(message, code="resource_missing")
    return method_id


def _must_be(invoice: JsonObject, statuses: tuple[str, ...], verb: str) -> None:
    if invoice["status"] in statuses:
        return
    if invoice["status"] == "paid":
        raise errors.conflict("Invoice is already paid", "invoice_already_paid")
    raise errors.conflict(f"You cannot {verb} an invoice that is {invoice['status']}.", "invoice_not_editable")
