"""Which period a payment of a subscription is for: PayPal does not say, and counts from the start. Pure."""

from datetime import datetime, timedelta

from billing.periods import boundary

# PayPal takes payments on their day at an hour of its own choosing, which may be earlier than the start's
EARLY = timedelta(days=1)


def month_of(start: datetime, at: datetime) -> int:
    """How many months after the start the period began that a payment at this instant is for; never negative.

    A payment that fails is tried again for ten days at the most, so that a month is never mistaken.
    """
    latest = at + EARLY
    months = (latest.year - start.year) * 12 + latest.month - start.month
    return max(0, months if boundary(start, 1, months) <= latest else months - 1)
