"""What can be charged at all."""

import re

from sandbox.stripe.api import errors
from sandbox.stripe.api.params import Params

CURRENCY_PATTERN = re.compile(r"[a-zA-Z]{3}")
# https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts, in minor units
MINIMUM_MINOR = {"usd": 50, "eur": 50, "gbp": 30, "chf": 50, "cad": 50, "aud": 50, "jpy": 50}
MINIMUM_MINOR_OTHERS = 1
MAXIMUM_MINOR = 99_999_999


def currency(params: Params, field: str) -> str:
    """A three-letter code in lower case, as Stripe writes them."""
    value = params.required_text(field)
    if not CURRENCY_PATTERN.fullmatch(value):
        raise errors.invalid(f"Invalid currency: {value}", param=params.name(field))
    return value.lower()


def must_be_chargeable(amount: int, currency: str, param: str) -> None:
    """Refuse what Stripe would refuse as too small or too large."""
    if amount < MINIMUM_MINOR.get(currency, MINIMUM_MINOR_OTHERS):
        message = "Amount must convert to at least the minimum charge amount of this currency."
        raise errors.invalid(message, code="amount_too_small", param=param)
    if amount > MAXIMUM_MINOR:
        message = f"Amount must be no more than {MAXIMUM_MINOR} minor units."
        raise errors.invalid(message, code="amount_too_large", param=param)
