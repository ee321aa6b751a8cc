"""What customers can do for themselves in the portal. Each action happens at the customer's own time, with the same
events as a call of the API, and raises StripeError when it cannot be done.
"""

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors
from sandbox.stripe.api.call import Cause
from sandbox.stripe.api.params import Params
from sandbox.stripe.api.previous import put_and_tell
from sandbox.stripe.cards import cards, declines, issuer
from sandbox.stripe.cards.issuer import PASSED
from sandbox.stripe.customers import customers
from sandbox.stripe.invoices import collect as invoice_collect
from sandbox.stripe.invoices import payments as invoice_payments
from sandbox.stripe.invoices.shape import KIND as INVOICE
from sandbox.stripe.payment_methods import payment_methods
from sandbox.stripe.subscriptions import change as subscription_change
from sandbox.stripe.subscriptions import items as subscription_items
from sandbox.stripe.subscriptions.change import Change, cancel_fields
from sandbox.stripe.subscriptions.shape import ENDED, KIND, items_of
from sandbox.world import World

PRORATIONS = ("create_prorations", "always_invoice", "none")


def change_plan(world: World, subscription: JsonObject, price_id: str, prorations: str) -> JsonObject:
    """Another price from now on; `prorations` as in the API."""
    _must_run(subscription)
    with world.clock.at(world.time_of(subscription["customer"])):
        price = subscription_items.recurring_price(world, Params({"price": price_id}))
        first, *others = items_of(subscription)
        items = [{**first, "price": price}, *others]
        subscription_items.must_fit_together([item["price"] for item in items])
        return subscription_change.change(world, subscription, Change({}, items, prorations), _cause())


def cancel(world: World, subscription: JsonObject) -> JsonObject:
    """It runs to the end of its period and is not renewed."""
    return _with_ending(world, subscription, at_period_end=True)


def resume(world: World, subscription: JsonObject) -> JsonObject:
    """One has changed one's mind before the end."""
    return _with_ending(world, subscription, at_period_end=False)


def replace_card(world: World, subscription: JsonObject, number: str) -> JsonObject:
    """A new card pays from now on, also for the customer's other invoices. The buyer passes 3D Secure if asked."""
    _must_run(subscription)
    customer = world.store.get(customers.KIND, subscription["customer"])
    card = cards.by_number(number)
    if card is None or customer is None:
        raise errors.card_error(cards.refusal(number).error())
    verdict = issuer.on_saving(card, PASSED)
    if verdict.decline is not None:
        raise errors.card_error(verdict.decline.error())
    cause = _cause()
    with world.clock.at(world.time_of(customer["id"])):
        method = payment_methods.give(world, payment_methods.add(world, card), customer["id"], cause)
        issuer.set_up(world, method)
        settings = {**customer["invoice_settings"], "default_payment_method": method["id"]}
        put_and_tell(world, "customer.updated", customer, {"invoice_settings": settings}, cause)
        kept = {"default_payment_method": method["id"]}
        return put_and_tell(world, subscription_change.UPDATED, subscription, kept, cause)


def pay_invoice(world: World, invoice: JsonObject, number: str = "") -> JsonObject:
    """Pay an open invoice, with the card that is saved or with this one. The buyer passes 3D Secure if asked."""
    if invoice["status"] != "open":
        raise errors.conflict("There is nothing to pay.", "invoice_not_open")
    card = cards.by_number(number)
    if number and card is None:
        raise errors.card_error(cards.refusal(number).error())
    with world.clock.at(world.time_of(invoice["customer"])):
        method_id = payment_methods.add(world, card)["id"] if card else None
        after = invoice_collect.collect(world, invoice, _cause(), automatic=False, presence=PASSED, method_id=method_id)
    if after["status"] != "paid":
        raise errors.card_error(_why(world, invoice))
    return after


def _why(world: World, invoice: JsonObject) -> JsonObject:
    """The card error of the last try; there is none when there was no card to try."""
    intent = invoice_payments.intent_of(world, invoice["id"]) or {}
    error: JsonObject | None = intent.get("last_payment_error")
    return error or declines.of_code("generic_decline").error()


def subscriptions_of(world: World, customer_id: str) -> list[JsonObject]:
    """All of a customer's, the latest first."""
    return list(reversed(world.store.find(KIND, "customer", customer_id)))


def open_invoices_of(world: World, customer_id: str) -> list[JsonObject]:
    """What the customer owes, the oldest first."""
    return [invoice for invoice in world.store.find(INVOICE, "customer", customer_id) if invoice["status"] == "open"]


def _with_ending(world: World, subscription: JsonObject, *, at_period_end: bool) -> JsonObject:
    _must_run(subscription)
    with world.clock.at(world.time_of(subscription["customer"])):
        fields = cancel_fields(subscription, world.clock.now(), at_period_end=at_period_end)
        return put_and_tell(world, subscription_change.UPDATED, subscription, fields, _cause())


def _must_run(subscription: JsonObject) -> None:
    if subscription["status"] in ENDED:
        raise errors.conflict("This subscription has ended.", "subscription_canceled")


def _cause() -> Cause:
    """A click of the customer."""
    return Cause(request_id=new_id("req", 14))
