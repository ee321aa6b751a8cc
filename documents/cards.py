"""A card as people know it, by its brand and its last four digits; and a wallet, by its name and whose it is."""

from datetime import date

from documents.formatting import format_month
from schemas.documents import CardFacts, PaymentFacts

# https://docs.stripe.com/api/payment_methods/object#payment_method_object-card-brand
BRANDS = {
    "amex": "American Express",
    "cartes_bancaires": "Cartes Bancaires",
    "diners": "Diners Club",
    "discover": "Discover",
    "eftpos_au": "Eftpos",
    "jcb": "JCB",
    "mastercard": "Mastercard",
    "unionpay": "UnionPay",
    "unknown": "Card",
    "visa": "Visa",
    "": "Card",
}


def card_name(card: CardFacts) -> str:
    """`Visa ending in 4242`, or a wallet with its holder. A brand this table does not know is shown as it was given."""
    if card.last4:
        return _name(card.brand, card.last4)
    return f"{card.brand} ({card.holder})" if card.holder else card.brand


def payment_name(payment: PaymentFacts) -> str:
    """The same of the card that was charged; where none is known, how the money came."""
    return _name(payment.card_brand, payment.card_last4) if payment.card_last4 else payment.method


def card_expiry(card: CardFacts) -> str:
    """`November 2026`, the last month in which the card is good; empty for what does not expire.

    Raises ValueError for a month that does not exist.
    """
    return format_month(date(card.exp_year, card.exp_month, 1)) if card.exp_year and card.exp_month else ""


def _name(brand: str, last4: str) -> str:
    return f"{BRANDS.get(brand.lower(), brand)} ending in {last4}"
