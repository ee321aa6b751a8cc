"""Pure: when a delivery is tried again, and when nobody tries any longer. Of the Standard Webhooks specification."""

import random
from collections.abc import Callable
from datetime import timedelta

# before the second attempt, the third, ...: for three days
WAITS_SECONDS = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
JITTER = 0.2
# a while longer than all of them together
GIVEN_UP_AFTER = timedelta(days=3, hours=12)
# an endpoint that has failed for so long, so often, is disabled
DISABLED_AFTER = timedelta(days=3)
FAILURES_BEFORE_DISABLED = 10
# From the third failure in a row on the endpoint itself is left alone for a while, whatever waits for it: one that is
# down gets one request in that time, and one event that alone is refused holds up nothing.
FAILURES_BEFORE_HELD = 3
HELD_SECONDS_MAX = 300
# what an endpoint may ask for by Retry-After
ASKED_SECONDS_MAX = 3_600


def wait_after(attempts: int, jittered: Callable[[float, float], float] = random.uniform) -> timedelta | None:
    """How long to wait after so many attempts failed; None: that was the last. Spread, so that none come at once."""
    if attempts > len(WAITS_SECONDS):
        return None
    seconds = WAITS_SECONDS[attempts - 1]
    return timedelta(seconds=seconds * jittered(1 - JITTER, 1 + JITTER))


def hold_after(failures: int, asked_seconds: int | None) -> timedelta:
    """How long an endpoint is left alone after so many failures in a row, and after what it has asked for itself."""
    over = failures - FAILURES_BEFORE_HELD
    held = min(2 ** min(over, 20), HELD_SECONDS_MAX) if over >= 0 else 0
    return timedelta(seconds=max(held, min(asked_seconds or 0, ASKED_SECONDS_MAX)))
