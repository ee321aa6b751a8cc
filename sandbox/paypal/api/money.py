"""Amounts as PayPal writes them: decimal strings (https://developer.paypal.com/api/rest/reference/currency-codes/)."""

import re
from decimal import Decimal
from typing import NamedTuple

from sandbox.json_types import JsonObject
from sandbox.paypal.api import errors
from sandbox.paypal.api.fields import Fields

CURRENCIES = frozenset(
    [
        "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "JPY", "MXN", "MYR", "NOK",
        "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "TWD", "USD",
    ]
)  # fmt: skip
# PayPal takes these whole only; ISO 4217 gives the forint and the Taiwan dollar a hundredth none the less
WHOLE = frozenset(["HUF", "JPY", "TWD"])
WITHOUT_MINOR = frozenset(["JPY"])
VALUE = re.compile(r"-?[0-9]+|-?[0-9]*[.][0-9]+")
VALUE_LENGTH_MAX = 32
GREATEST = Decimal("999999999999999.99")


class Amount(NamedTuple):
    """`minor` counts the minor units of ISO 4217, as the ledgers do that are compared."""

    minor: int
    currency: str


def shown(amount: Amount) -> JsonObject:
    """As it travels."""
    places = 0 if amount.currency in WHOLE else 2
    return {"currency_code": amount.currency, "value": f"{_major(amount):.{places}f}"}


def read(fields: Fields, name: str, *, too_fine: str = "DECIMAL_PRECISION") -> Amount | None:
    """An amount, whatever its sign, or None. `too_fine` is what the API calls decimals of a currency without any."""
    if not fields.given(name):
        return None
    group = fields.group(name)
    group.only("currency_code", "value")
    return amount_of(group, too_fine=too_fine)


def amount_of(group: Fields, *, too_fine: str = "DECIMAL_PRECISION") -> Amount:
    """The amount that these fields are."""
    currency = group.required_text("currency_code", 3, ".{3}")
    text = group.required_text("value", VALUE_LENGTH_MAX, VALUE.pattern)
    if currency not in CURRENCIES:
        wrong = "Currency code is invalid or is not currently supported."
        raise errors.impossible("INVALID_CURRENCY_CODE", wrong, group.pointer("currency_code"))
    value = Decimal(text)
    _must_be_coarse(value, currency, group, too_fine)
    if value > GREATEST:
        wrong = "Should be less than or equal to 999999999999999.99."
        raise errors.impossible("MAX_VALUE_EXCEEDED", wrong, group.pointer("value"))
    return Amount(int(value.scaleb(_places(currency))), currency)


def must_be_positive(amount: Amount, field: str) -> None:
    """Refuse nothing and less."""
    if amount.minor <= 0:
        raise errors.impossible("CANNOT_BE_ZERO_OR_NEGATIVE", "Must be greater than zero.", field)


def must_not_be_negative(amount: Amount, field: str) -> None:
    """Refuse less than nothing."""
    if amount.minor < 0:
        raise errors.impossible("CANNOT_BE_NEGATIVE", "Must be greater than or equal to 0.", field)


def _must_be_coarse(value: Decimal, currency: str, group: Fields, too_fine: str) -> None:
    if currency in WHOLE and value != value.to_integral_value():
        raise errors.impossible(too_fine, "Currency does not support decimals.", group.pointer("value"))
    if value != round(value, 2):
        wrong = "If the currency supports decimals, only two decimal place precision is supported."
        raise errors.impossible("DECIMAL_PRECISION", wrong, group.pointer("value"))


def _major(amount: Amount) -> Decimal:
    return Decimal(amount.minor).scaleb(-_places(amount.currency))


def _places(currency: str) -> int:
    return 0 if currency in WITHOUT_MINOR else 2
