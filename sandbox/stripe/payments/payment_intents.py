"""Payment intents: one purchase, however many tries it takes (https://docs.stripe.com/api/payment_intents)."""

from sandbox.ids import new_client_secret, new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.api import amounts, errors
from sandbox.stripe.api.blanks import blank
from sandbox.stripe.api.call import Call, Cause
from sandbox.stripe.api.params import Params, merged_metadata
from sandbox.stripe.cards.issuer import Presence
from sandbox.stripe.customers import customers
from sandbox.stripe.events import events
from sandbox.stripe.invoices import payments as invoice_payments
from sandbox.stripe.payment_methods import payment_methods
from sandbox.stripe.payments import confirm, intent_methods
from sandbox.world import World

KIND = "payment_intent"
WRITABLE = (
    "amount",
    "currency",
    "customer",
    "description",
    "metadata",
    "payment_method",
    "receipt_email",
    "setup_future_usage",
)
CREATABLE = (*WRITABLE, "confirm", "off_session", "payment_method_types", "automatic_payment_methods", "return_url")
CONFIRMABLE = ("payment_method", "off_session", "receipt_email", "setup_future_usage", "return_url")
OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
FUTURE_USAGES = ("off_session", "on_session")
CANCELLATION_REASONS = ("abandoned", "duplicate", "fraudulent", "requested_by_customer")


def create(world: World, call: Call) -> JsonObject:
    """POST /v1/payment_intents"""
    call.params.only(*CREATABLE)
    confirming, presence = call.params.flag("confirm"), Presence(off_session=call.params.flag("off_session"))
    if not confirming:
        _must_confirm_to_use(call.params)
    return_url = call.params.text("return_url")
    wishes = intent_methods.asked_for(call.params) | _wishes(world, call.params)
    if confirming and wishes["payment_method"] is None:
        raise errors.invalid("You must provide a payment method when confirming.", param="payment_method")
    intent = add(world, call.cause, wishes)
    return confirm.confirm(world, intent, call.cause, presence, return_url) if confirming else intent


def update(world: World, call: Call, before: JsonObject) -> JsonObject:
    """POST /v1/payment_intents/{intent}"""
    call.params.only(*WRITABLE)
    _must_be_open(before, "update")
    given = Params({**_as_fields(before), **call.params.fields})
    wishes = _wishes(world, given) | {"metadata": merged_metadata(before["metadata"], call.params)}
    status = "requires_confirmation" if wishes["payment_method"] else "requires_payment_method"
    return world.store.put(KIND, {**before, **wishes, "status": status, "next_action": None})


def confirm_one(world: World, call: Call, intent: JsonObject) -> JsonObject:
    """POST /v1/payment_intents/{intent}/confirm"""
    call.params.only(*CONFIRMABLE)
    _must_be_open(intent, "confirm")
    presence = Presence(off_session=call.params.flag("off_session"))
    return_url = call.params.text("return_url")
    method = payment_methods.named(world, call.params)
    payment_methods.must_be_usable(world, method, intent["customer"])
    method_id = method["id"] if method else intent["payment_method"]
    if method_id is None:
        message = "You cannot confirm this PaymentIntent because it's missing a payment method."
        raise errors.conflict(message, "payment_intent_unexpected_state", payment_intent=intent)
    usage = call.params.choice("setup_future_usage", FUTURE_USAGES, intent["setup_future_usage"])
    email = call.params.text("receipt_email") or intent["receipt_email"]
    wishes = {"payment_method": method_id, "setup_future_usage": usage, "receipt_email": email}
    return confirm.confirm(world, world.store.put(KIND, {**intent, **wishes}), call.cause, presence, return_url)


def cancel(world: World, call: Call, before: JsonObject) -> JsonObject:
    """POST /v1/payment_intents/{intent}/cancel"""
    call.params.only("cancellation_reason")
    reason = call.params.choice("cancellation_reason", CANCELLATION_REASONS)
    _must_be_open(before, "cancel")
    if invoice_payments.of_intent(world, before["id"]):
        message = "You cannot cancel this PaymentIntent because it is for an invoice. Void the invoice instead."
        raise errors.conflict(message, "payment_intent_unexpected_state", payment_intent=before)
    if world.store.find("checkout.session", "payment_intent", before["id"]):
        message = "You cannot cancel the PaymentIntent for a Checkout Session. Expire the Checkout Session instead."
        raise errors.conflict(message, "payment_intent_unexpected_state", payment_intent=before)
    return _canceled(world, before, reason, call.cause)


def abandon(world: World, intent_id: str, cause: Cause) -> None:
    """Its checkout expired: a declined try on it is not followed by another."""
    intent = world.store.get(KIND, intent_id)
    if intent is not None and intent["status"] in OPEN:
        _canceled(world, intent, "abandoned", cause)


def add(world: World, cause: Cause, wishes: JsonObject) -> JsonObject:
    """A new intent, with its event."""
    status = "requires_confirmation" if wishes.get("payment_method") else "requires_payment_method"
    intent_id, now = new_id("pi"), world.time_of(wishes.get("customer"))
    empty = blank(KIND, id=intent_id, client_secret=new_client_secret(intent_id), created=now)
    intent = world.store.put(KIND, {**empty, **wishes, "status": status})
    events.emit(world, "payment_intent.created", intent, cause)
    return intent


def _canceled(world: World, before: JsonObject, reason: str | None, cause: Cause) -> JsonObject:
    now = world.time_of(before["customer"])
    changes = {"status": "canceled", "next_action": None, "canceled_at": now, "cancellation_reason": reason}
    after = world.store.put(KIND, {**before, **changes})
    events.emit(world, "payment_intent.canceled", after, cause)
    return after


def _must_be_open(intent: JsonObject, verb: str) -> None:
    if intent["status"] not in OPEN:
        message = f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}."
        raise errors.conflict(message, "payment_intent_unexpected_state", payment_intent=intent)


def _wishes(world: World, params: Params) -> JsonObject:
    amount = params.required_integer("amount")
    currency = amounts.currency(params, "currency")
    amounts.must_be_chargeable(world, amount, currency, "amount")
    customer = customers.named(world, params)
    wishes = {
        "amount": amount,
        "currency": currency,
        "customer": customer and customer["id"],
        "description": params.text("description"),
        "metadata": params.metadata(),
        "receipt_email": params.text("receipt_email"),
        "setup_future_usage": params.choice("setup_future_usage", FUTURE_USAGES),
    }
    # the last to be read, since a test name such as pm_card_visa makes a new payment method
    method = payment_methods.named(world, params)
    payment_methods.must_be_usable(world, method, customer["id"] if customer else None)
    return wishes | {"payment_method": method and method["id"]}


def _must_confirm_to_use(params: Params) -> None:
    for name in ("off_session", "return_url"):
        if params.given(name):
            message = f"The parameter `{name}` cannot be passed when creating a PaymentIntent unless `confirm` is set."
            raise errors.invalid(message, param=name)


def _as_fields(intent: JsonObject) -> JsonObject:
    """The intent as if it had just been asked for, so that an update is checked like a creation."""
    return {name: str(intent[name]) for name in WRITABLE if name != "metadata" and intent[name] is not None}
