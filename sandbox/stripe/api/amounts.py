"""What can be charged at all."""

import re

from sandbox.stripe.api import errors
from sandbox.stripe.api.params import Params
from sandbox.world import World

CURRENCY_PATTERN = re.compile(r"[a-zA-Z]{3}")
# https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts, in Stripe's units
MINIMUM = {
    "aed": 200, "ars": 50, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "cop": 50, "czk": 1_500, "dkk": 250,
    "eur": 50, "gbp": 30, "hkd": 400, "huf": 17_500, "idr": 50, "ils": 50, "inr": 50, "jpy": 50, "krw": 50,
    "mxn": 1_000, "myr": 200, "nok": 300, "nzd": 50, "php": 50, "pln": 200, "ron": 200, "rub": 50, "sek": 300,
    "sgd": 50, "thb": 1_000, "usd": 50, "zar": 50,
}  # fmt: skip
MINIMUM_OTHERS = 1
MAXIMUM = {"cop": 9_999_999_999, "idr": 999_999_999_999, "inr": 999_999_999}
MAXIMUM_OTHERS = 99_999_999
# https://docs.stripe.com/currencies#special-cases and #three-decimal: what an amount is a multiple of
STEPS = dict.fromkeys(("isk", "ugx"), 100) | dict.fromkeys(("bhd", "jod", "kwd", "omr", "tnd"), 10)


def currency(params: Params, field: str) -> str:
    """A three-letter code in lower case, as Stripe writes them."""
    value = params.required_text(field)
    if not CURRENCY_PATTERN.fullmatch(value):
        raise errors.invalid(f"Invalid currency: {value}", param=params.name(field))
    return value.lower()


def minimum(world: World, currency: str) -> int:
    """The least that is charged; an invoice of less is carried over to the customer's balance."""
    return max(MINIMUM.get(currency, MINIMUM_OTHERS), world.options.least_charge)


def must_be_chargeable(world: World, amount: int, currency: str, param: str) -> None:
    """Refuse what Stripe would refuse as too small, too large or too fine."""
    if amount < minimum(world, currency):
        message = "Amount must convert to at least the minimum charge amount of this currency."
        raise errors.invalid(message, code="amount_too_small", param=param)
    maximum = MAXIMUM.get(currency, MAXIMUM_OTHERS)
    if amount > maximum:
        message = f"Amount must be no more than {maximum} minor units."
        raise errors.invalid(message, code="amount_too_large", param=param)
    must_be_whole(amount, currency, param)


def must_be_whole(amount: int, currency: str, param: str) -> None:
    """Refuse fractions of a currency that has none, and a last digit that card networks do not take."""
    step = STEPS.get(currency, 1)
    if amount % step:
        message = f"Amounts in {currency} must be evenly divisible by {step}."
        raise errors.invalid(message, code="parameter_invalid_integer", param=param)
