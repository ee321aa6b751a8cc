"""Pure arithmetic of a rate: the generic cell rate algorithm (GCRA, ITU-T I.371), a bucket that refills evenly.

Of a bucket one number is kept: the instant at which it will be full again. Each request moves it on by the time in
which one is refilled; a request that would move it further than a whole minute ahead is refused, and moves nothing.
"""

import math
from dataclasses import dataclass

WINDOW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Bucket:
    """Whose requests are counted: under which name callers hear of it, by which key it is kept, how many it holds.

    So many may come at once, and as many again in each minute, evenly.
    """

    policy: str
    key: str
    per_minute: int

    @property
    def seconds_each(self) -> float:
        """In which time one is refilled."""
        return WINDOW_SECONDS / self.per_minute


@dataclass(frozen=True, slots=True)
class Standing:
    """A bucket after a request: how far ahead of now it is full again, and whether it was this one that refused."""

    bucket: Bucket
    ahead_seconds: float
    is_refused: bool = False

    @property
    def remaining(self) -> int:
        """How many requests it still has."""
        return max(0, math.floor((WINDOW_SECONDS - self.ahead_seconds) / self.bucket.seconds_each + 1e-6))

    @property
    def full_in_seconds(self) -> int:
        """When it has all of them again, in whole seconds from now."""
        return math.ceil(self.ahead_seconds)

    @property
    def retry_after_seconds(self) -> int:
        """When it has one again, in whole seconds from now; 1 at least."""
        return max(1, math.ceil(self.ahead_seconds + self.bucket.seconds_each - WINDOW_SECONDS))


def is_too_many(bucket: Bucket, ahead_seconds: float) -> bool:
    """Whether a request is more than a bucket has that is full again in so many seconds."""
    return ahead_seconds + bucket.seconds_each > WINDOW_SECONDS + 1e-6
