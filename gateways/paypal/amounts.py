"""Amounts as PayPal writes them, and as they become ours. https://developer.paypal.com/api/rest/reference/currency-codes/

Beyond this module and its callers in this room an amount is always ours: minor units of ISO 4217.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from billing.errors import Rejected
from billing.money import AmountRule, Money
from schemas.currencies import exponent

# What PayPal takes. Real, renminbi and ringgit are for accounts of their countries alone; PayPal has the last word.
CURRENCIES = (
    "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "JPY", "MXN", "MYR", "NOK",
    "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "TWD", "USD",
)  # fmt: skip
# "This currency does not support decimals. If you pass a decimal amount, an error occurs."
WITHOUT_DECIMALS = frozenset({"HUF", "JPY", "TWD"})
# As the published contract has it, but shorter than the digits that Decimal keeps: a longer one would be rounded.
_is_written = re.compile(r"(?=.{1,28}\Z)-?(?:[0-9]+|[0-9]*\.[0-9]+)", re.ASCII).fullmatch


def _rule(currency: str) -> AmountRule:
    step = 10 ** exponent(currency) if currency in WITHOUT_DECIMALS else 1
    return AmountRule(step=step, least=step)


AMOUNTS: Mapping[str, AmountRule] = MappingProxyType({currency: _rule(currency) for currency in CURRENCIES})


def to_paypal(minor: int, currency: str) -> dict[str, str]:
    """Our minor units of an upper-case currency as PayPal's money.

    Raises Rejected `amount_too_fine` for forints or Taiwan dollars that are not whole, as what a transfer has left of
    an invoice may be: nothing is rounded on its way out.
    """
    places = 0 if currency in WITHOUT_DECIMALS else exponent(currency)
    value, fraction = divmod(minor, 10 ** (exponent(currency) - places))
    if fraction:
        raise Rejected("amount_too_fine", f"PayPal takes whole amounts of {currency} only.")
    return {"currency_code": currency, "value": f"{Decimal(value).scaleb(-places):.{places}f}"}


def from_paypal(money: Mapping[str, Any]) -> Money:
    """PayPal's money as ours. Raises ValueError for less than a minor unit of its currency, which nobody can owe."""
    currency, value = money["currency_code"], money["value"]
    if not _is_written(value):
        raise ValueError("not an amount")
    minor = Decimal(value).scaleb(exponent(currency))
    if minor != minor.to_integral_value():
        raise ValueError(f"{value} {currency} is less than can be counted")
    return Money(int(minor), currency)
