"""What one run does. The same plan gives the same figures, whichever worker finishes first."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from billing.periods import boundary

# A fixed day, so that a seed means the same next year as well.
START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
# Customers come during the first part of the time; what is left shows how the last of them fare.
JOINING_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Plan:
    """So many accounts, for so many months from 1 January 2026 UTC on; `seed` decides everything else."""

    accounts: int
    months: int
    seed: int

    @property
    def end(self) -> datetime:
        """The first instant that is not simulated any more."""
        return boundary(START, 1, self.months)

    @property
    def days(self) -> int:
        """How many days are simulated."""
        return (self.end - START) // DAY

    def instants(self) -> Iterator[datetime]:
        """Midnight of every day, UTC."""
        return (START + number * DAY for number in range(self.days))

    def dice(self, *names: object) -> random.Random:
        """A sequence of its own for whoever asks by name, so that nobody's draws depend on anybody else's."""
        return random.Random("/".join(map(str, (self.seed, *names))))  # noqa: S311 - repeatable, not secret


def closes_month(day: datetime) -> bool:
    """Whether a day is the last of its month."""
    return (day + DAY).day == 1
