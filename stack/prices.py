"""Prices as people write them at a terminal."""

import re
from decimal import Decimal

from billing.money import Money
from schemas.currencies import CURRENCIES, exponent
from stack.errors import StackError

# no sign, no separators of thousands, no digits of other scripts; more than thirteen are a slip of the finger
_FIGURE = re.compile(r"[0-9]{1,13}(?:\.([0-9]+))?")


def parse_money(written: str) -> Money:
    """`USD=99.00` in minor units, exactly; raises StackError for anything that is not an amount of its currency."""
    currency, _, figure = written.partition("=")
    if currency not in CURRENCIES:
        raise _no_price(written, f"ISO 4217 has no currency {currency!r}")
    places = exponent(currency)
    return Money(int(_decimal(figure, places, written, currency).scaleb(places)), currency)


def _decimal(figure: str, places: int, written: str, currency: str) -> Decimal:
    match = _FIGURE.fullmatch(figure)
    if match is None:
        raise _no_price(written, "only digits and a point are read, without signs and separators of thousands")
    if len(match[1] or "") > places:
        raise _no_price(written, f"{currency} has {places or 'no'} decimals", currency)
    return Decimal(figure)


def _no_price(written: str, reason: str, currency: str = "USD") -> StackError:
    return StackError(f"{written!r} is no price: {reason}. Write it like {currency}={99:.{exponent(currency)}f}")
