"""Pure rules of dunning: when an unpaid invoice is tried again, and what is frozen of its policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from billing.dunning.tables import DunningEnd, DunningPolicy

HOURS_OF_DAY = 24
HALF_A_DAY = 12


@dataclass(frozen=True, slots=True)
class Terms:
    """A policy as it was when a dunning began, with the UTC hour at which this customer's payments tend to succeed."""

    retry_days: tuple[int, ...]
    at_the_end: DunningEnd
    hour: int
    tries_other_cards: bool

    def retries(self, opened_at: datetime) -> tuple[datetime, ...]:
        """All planned tries after a first failure, ascending."""
        return retry_times(opened_at, self.retry_days, self.hour)

    def ends_at(self, opened_at: datetime) -> datetime:
        """The last planned try; without any, the first failure is the end."""
        return max((opened_at, *self.retries(opened_at)))


def retry_times(opened_at: datetime, retry_days: Sequence[int], hour: int) -> tuple[datetime, ...]:
    """For each whole day N the instant nearest to N times 24 hours after the first failure that lies in the good hour.

    All are moved alike, by -12 to +11 whole hours: they ascend as the days do, and none is before the first failure.
    """
    moved = timedelta(hours=(hour - opened_at.hour + HALF_A_DAY) % HOURS_OF_DAY - HALF_A_DAY)
    return tuple(opened_at + timedelta(days=days) + moved for days in retry_days)


def next_retry(retries: Sequence[datetime], now: datetime) -> datetime | None:
    """The first planned try that is still to come; what was missed is not made up for."""
    return min((at for at in retries if at > now), default=None)


def freeze(policy: DunningPolicy, hour: int) -> dict[str, Any]:
    """The policy as it is kept with a dunning: later edits of it change nothing that has begun."""
    return {
        "slug": policy.slug,
        "retry_days": policy.retry_days,
        "at_the_end": policy.at_the_end.value,
        "hour": hour,
        "tries_other_cards": policy.tries_other_cards,
    }


def terms_of(frozen: dict[str, Any]) -> Terms:
    """What `freeze` wrote; what it wrote before there was a fallback has none."""
    tries_other_cards = frozen.get("tries_other_cards", False)
    return Terms(tuple(frozen["retry_days"]), DunningEnd(frozen["at_the_end"]), frozen["hour"], tries_other_cards)
