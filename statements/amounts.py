"""Amounts as banks write them, exactly."""

import re
from decimal import Decimal

from schemas.currencies import CURRENCIES, exponent
from statements.refusal import bad_statement

# as many figures as SWIFT and ISO 20022 allow before the point
_FIGURE = re.compile(r"[0-9]{1,15}(?:\.([0-9]*))?")


def minor_units(written: str, currency: str) -> int:
    """`1234.50` of a currency in its minor units. Raises Rejected `bad_statement` for what is no amount of it.

    Banks pad with zeros: `58.3100` is 58.31, but 58.311 is no amount of euros.
    """
    if currency not in CURRENCIES:
        raise bad_statement(f"ISO 4217 has no currency {currency!r}")
    found = _FIGURE.fullmatch(written)
    if found is None:
        raise bad_statement(f"{written!r} is no amount")
    minor = Decimal(written).scaleb(exponent(currency))
    if minor != minor.to_integral_value():
        raise bad_statement(f"{written} has more decimals than {currency}")
    return int(minor)
