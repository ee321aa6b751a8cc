"""Pure rules of proration: what a period is still worth at an instant.

Everything is a difference of one function, the value that is left of a period. It is rounded half-up once, never rises
as time goes on, is the whole price at the start and nothing at the end. A stretch on a plan therefore costs what its
value fell by, which is never negative, whatever was changed before or after.
"""

from datetime import datetime

from billing.money import Money, divide_down, divide_half_up, divide_up
from billing.periods import Period


def value_left(price: Money, period: Period, at: datetime) -> Money:
    """What a price for a period is still worth at an instant, to the second, half-up to a whole minor unit."""
    return Money(divide_half_up(price.minor * period.seconds_left(at), period.seconds), price.currency)


def value_charged(price: Money, period: Period, at: datetime, step: int) -> Money:
    """The same as it is charged: where gateways take multiples of a step only, down to one instead of half-up."""
    if step == 1:
        return value_left(price, period, at)
    return Money(divide_down(price.minor * period.seconds_left(at), period.seconds, step), price.currency)


def value_given_back(price: Money, period: Period, at: datetime, step: int) -> Money:
    """The same as it is given back: up to a multiple of the step, as the customer would have it."""
    if step == 1:
        return value_left(price, period, at)
    return Money(divide_up(price.minor * period.seconds_left(at), period.seconds, step), price.currency)


def credits_left(credits: int, period: Period, at: datetime) -> int:
    """How many of a period's credits are for the time that is left, by the same rule as money."""
    return divide_half_up(credits * period.seconds_left(at), period.seconds)
