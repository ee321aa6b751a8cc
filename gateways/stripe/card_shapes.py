"""Turns fetched customers and payment methods into our words. Pure; reads the pinned API version only."""

from gateways.stripe.answers import reader
from gateways.stripe.shapes import ACCOUNT_MARK, Json, inside, mark, reference
from gateways.stripe.translate import GATEWAY
from schemas.facts.customers import CardFact, CustomerFact


@reader
def customer_of(customer: Json) -> CustomerFact:
    """A customer; of a deleted one Stripe tells nothing but that."""
    return CustomerFact(
        gateway=GATEWAY,
        customer_ref=customer["id"],
        card_ref=reference(inside(customer, "invoice_settings").get("default_payment_method")),
        is_deleted=customer.get("deleted", False),
        account_id=mark(customer, ACCOUNT_MARK),
    )


@reader
def card_of(method: Json) -> CardFact | None:
    """A payment method as a card; None for one of another kind (a bank account, a wallet)."""
    if method["type"] != "card":
        return None
    card = method["card"]
    return CardFact(
        gateway=GATEWAY,
        card_ref=method["id"],
        customer_ref=reference(method.get("customer")),
        brand=card["brand"],
        last4=card["last4"],
        exp_month=card["exp_month"],
        exp_year=card["exp_year"],
        fingerprint=card.get("fingerprint") or "",
    )


@reader
def card_of_setup(setup: Json) -> CardFact | None:
    """The card that a SetupIntent, its payment method expanded, has saved; None while it has saved none."""
    method = setup.get("payment_method")
    if setup["status"] != "succeeded" or not isinstance(method, dict):
        return None
    return card_of(method)
