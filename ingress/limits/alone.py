"""What one process counts by itself, in a table that is bounded."""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

from ingress.limits.rates import Bucket, Standing, is_too_many

BUCKETS_MAX = 10_000  # a megabyte or two; beyond that the one that was used longest ago begins anew


class CountsAlone:
    """Buckets of one process, by the monotonic clock."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def look(self, bucket: Bucket) -> Standing:
        """How it stands, taking nothing."""
        ahead = max(0.0, self._full_at.get(bucket.key, 0.0) - self._clock())
        return Standing(bucket, ahead, is_refused=is_too_many(bucket, ahead))

    def take(self, buckets: Sequence[Bucket]) -> list[Standing]:
        """One request from each of them, or from none where one of them refuses."""
        standings = [self.look(bucket) for bucket in buckets]
        if any(standing.is_refused for standing in standings):
            return standings
        return [self._moved(standing) for standing in standings]

    def _moved(self, standing: Standing) -> Standing:
        bucket = standing.bucket
        ahead = standing.ahead_seconds + bucket.seconds_each
        self._full_at[bucket.key] = self._clock() + ahead
        self._full_at.move_to_end(bucket.key)
        if len(self._full_at) > BUCKETS_MAX:
            self._full_at.popitem(last=False)
        return Standing(bucket, ahead)
