"""Money is an integer of minor units with its currency. Division happens only in the named functions here."""

from dataclasses import dataclass
from decimal import Decimal

from schemas.currencies import exponent

PARTS_PER_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents for USD, yen for JPY) of an upper-case ISO 4217 currency."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if isinstance(self.minor, bool) or not isinstance(self.minor, int):
            raise TypeError("minor units are an integer")
        if len(self.currency) != 3 or not (self.currency.isascii() and self.currency.isupper()):
            raise ValueError(f"not an ISO 4217 currency code: {self.currency!r}")

    def __add__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __mul__(self, quantity: int) -> "Money":
        if isinstance(quantity, bool) or not isinstance(quantity, int):
            raise TypeError("money is multiplied by whole quantities only; see share_half_up for rates")
        return Money(self.minor * quantity, self.currency)

    def _same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise ValueError(f"cannot mix {self.currency} and {other.currency}")


@dataclass(frozen=True, slots=True)
class AmountRule:
    """Which amounts of a currency a gateway takes. All but `unit` are our minor units, those of ISO 4217.

    `unit` is how many of the gateway's units one of ours is, `step` what an amount is a multiple of, `least` and
    `greatest` the bounds of one charge.
    """

    unit: int = 1
    step: int = 1
    least: int = 1
    greatest: int = 10**12

    def __post_init__(self) -> None:
        if not (self.unit > 0 and self.step > 0 and 0 < self.least <= self.greatest):
            raise ValueError(f"no rule: {self}")


def divide_half_up(dividend: int, divisor: int) -> int:
    """A whole quotient, rounded half away from zero. The divisor is positive."""
    rounded = (2 * abs(dividend) + divisor) // (2 * divisor)
    return rounded if dividend >= 0 else -rounded


def divide_down(dividend: int, divisor: int, step: int) -> int:
    """The greatest multiple of a step that is no more than a quotient. None of them is below zero."""
    return dividend // (divisor * step) * step


def divide_up(dividend: int, divisor: int, step: int) -> int:
    """The least multiple of a step that is no less than a quotient. None of them is below zero."""
    return -(-dividend // (divisor * step)) * step


def share_half_up(amount: Money, parts_per_million: int, step: int = 1) -> Money:
    """The given share of an amount, rounded half away from zero to a multiple of a step, in minor units.

    Used for tax and percentages, once per invoice line; the remainder is dropped by the rounding and appears nowhere
    else, so that a line can be checked by hand.
    """
    return Money(divide_half_up(amount.minor * parts_per_million, PARTS_PER_MILLION * step) * step, amount.currency)


def format_major(amount: Money) -> str:
    """For people and at the very edge only: `29.99 USD`, `1,500 JPY`."""
    places = exponent(amount.currency)
    return f"{Decimal(amount.minor).scaleb(-places):,.{places}f} {amount.currency}"
