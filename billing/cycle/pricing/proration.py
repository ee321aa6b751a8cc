"""Pure rules of proration: what a period is still worth at an instant.

Everything is a difference of one function, the value that is left of a period. It is rounded half-up once, never rises
as time goes on, is the whole price at the start and nothing at the end. A stretch on a plan therefore costs what its
value fell by, which is never negative, whatever was changed before or after.
"""

from datetime import datetime

from billing.money import Money, divide_half_up
from billing.periods import Period


def value_left(price: Money, period: Period, at: datetime) -> Money:
    """What a price for a period is still worth at an instant, to the second, half-up to a whole minor unit."""
    return Money(divide_half_up(price.minor * period.seconds_left(at), period.seconds), price.currency)


def credits_left(credits: int, period: Period, at: datetime) -> int:
    """How many of a period's credits are for the time that is left, by the same rule as money."""
    return divide_half_up(credits * period.seconds_left(at), period.seconds)
