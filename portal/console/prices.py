"""The prices of a plan as people write them, one in a line: `USD month 149.00`."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from portal.console.fields import minor_of
from schemas.currencies import CURRENCIES, exponent
from schemas.views.catalog import PlanPriceView

INTERVALS = ("month", "year")


def prices_of(text: str) -> list[dict[str, Any]]:
    """What a command takes of these lines. Raises ValueError that says which of them is none."""
    return [_price_of(line.split(), line.strip()) for line in text.splitlines() if line.strip()]


def as_lines(prices: Iterable[PlanPriceView]) -> str:
    """The same prices, to be changed."""
    return "\n".join(f"{each.currency} {each.interval} {_as_typed(each)}" for each in prices)


def _price_of(words: list[str], line: str) -> dict[str, Any]:
    if len(words) != 3 or words[0] not in CURRENCIES or words[1] not in INTERVALS:
        raise ValueError(f"must be lines like USD month 149.00, and this is none: {line}")
    currency, interval, amount = words
    try:
        return {"currency": currency, "interval": interval, "price_minor": minor_of(amount, currency)}
    except ValueError as error:
        raise ValueError(f"{error}, and this is none: {line}") from None


def _as_typed(price: PlanPriceView) -> str:
    return str(Decimal(price.price_minor).scaleb(-exponent(price.currency)))
