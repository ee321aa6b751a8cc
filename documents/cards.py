"""A card as people know it: by its brand and its last four digits."""

from datetime import date

from documents.formatting import format_month
from schemas.documents import CardFacts

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
    """`Visa ending in 4242`. A brand this table does not know is shown as it was given."""
    return f"{BRANDS.get(card.brand.lower(), card.brand)} ending in {card.last4}"


def card_expiry(card: CardFacts) -> str:
    """`November 2026`, the last month in which the card is good. Raises ValueError for a month that does not exist."""
    return format_month(date(card.exp_year, card.exp_month, 1))
