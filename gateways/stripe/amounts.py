"""Amounts as Stripe takes them, and as they become ours. https://docs.stripe.com/currencies

Beyond this module and its callers in this room an amount is always ours: minor units of ISO 4217.
"""

from types import MappingProxyType

from billing.money import AmountRule, divide_half_up
from schemas.currencies import CURRENCIES

# Króna and shilling have no cents, yet Stripe takes them in hundredths, and only whole ones (#special-cases).
IN_HUNDREDTHS = frozenset({"ISK", "UGX"})
# The last digit of a three-decimal amount is 0 (#three-decimal).
IN_TENS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})

# The least that a card can be charged, in our minor units; a smaller charge is refused, whatever the card. By the
# currency that the company is paid out in: where that is another one than is charged, Stripe converts and has the last
# word (#minimum-and-maximum-charge-amounts).
LEAST_MINOR = MappingProxyType({
    "AED": 200, "ARS": 50, "AUD": 50, "BGN": 100, "BRL": 50, "CAD": 50, "CHF": 50, "COP": 50, "CZK": 1_500, "DKK": 250,
    "EUR": 50, "GBP": 30, "HKD": 400, "HUF": 17_500, "IDR": 50, "ILS": 50, "INR": 50, "JPY": 50, "KRW": 50,
    "MXN": 1_000, "MYR": 200, "NOK": 300, "NZD": 50, "PHP": 50, "PLN": 200, "RON": 200, "RUB": 50, "SEK": 300,
    "SGD": 50, "THB": 1_000, "USD": 50, "ZAR": 50,
})  # fmt: skip

# What every way of paying takes, in Stripe's units: eight digits, and more where those are little money. Some cards
# could be charged more, which Stripe does not promise (https://docs.stripe.com/api/payment_intents/create, amount).
GREATEST = 99_999_999
GREATEST_OF = MappingProxyType({"COP": 9_999_999_999, "IDR": 999_999_999_999, "INR": 999_999_999})


def _rule(currency: str) -> AmountRule:
    unit = 100 if currency in IN_HUNDREDTHS else 1
    step = 10 if currency in IN_TENS else 1
    greatest = GREATEST_OF.get(currency, GREATEST) // unit
    return AmountRule(unit, step, max(LEAST_MINOR.get(currency, 1), step), greatest - greatest % step)


AMOUNTS = MappingProxyType({currency: _rule(currency) for currency in sorted(CURRENCIES)})
NO_RULE = AmountRule()


def to_stripe(minor: int, currency: str) -> int:
    """Our minor units of an upper-case currency as Stripe's number."""
    return minor * AMOUNTS.get(currency, NO_RULE).unit


def from_stripe(amount: int, currency: str) -> int:
    """Stripe's number, of a currency as it writes it, as our minor units.

    A fraction of one, which Stripe charges and refunds nobody but may make of an invoice, is rounded half away from
    zero: see `fractions` for where it goes.
    """
    return divide_half_up(amount, AMOUNTS.get(currency.upper(), NO_RULE).unit)
