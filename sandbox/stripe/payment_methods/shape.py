"""What a payment method looks like (https://docs.stripe.com/api/payment_methods/object)."""

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.api.blanks import blank
from sandbox.stripe.api.params import Params
from sandbox.stripe.cards import cards
from sandbox.stripe.cards.form import ChosenCard
from sandbox.stripe.customers import customers

BILLING_TEXTS = ("email", "name", "phone", "tax_id")


def blank_billing() -> JsonObject:
    """Billing details that nobody filled in."""
    return {"address": dict.fromkeys(customers.ADDRESS_FIELDS), **dict.fromkeys(BILLING_TEXTS)}


def billing(params: Params, before: JsonObject) -> JsonObject:
    """Billing details as they are after these parameters."""
    given = params.group("billing_details")
    given.only("address", *BILLING_TEXTS)
    address = given.group("address")
    address.only(*customers.ADDRESS_FIELDS)
    texts = {name: given.text(name) for name in BILLING_TEXTS if given.given(name)}
    lines = {name: address.text(name) for name in customers.ADDRESS_FIELDS if address.given(name)}
    return {**before, **texts, "address": {**before["address"], **lines}}


def of_card(chosen: ChosenCard, billing_details: JsonObject, now: int) -> JsonObject:
    """A new one that belongs to nobody."""
    card = chosen.card
    extra = {
        "display_brand": card.brand,
        "generated_from": None,
        "networks": {"available": [card.brand], "preferred": None},
        "three_d_secure_usage": {"supported": card.brand != "amex"},
    }
    details = {**cards.details(card, chosen.exp_month, chosen.exp_year), **extra}
    return blank("payment_method", id=new_id("pm"), billing_details=billing_details, card=details, created=now)
