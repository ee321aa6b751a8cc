"""Tell the product what has changed: number its events, in the order in which they happened."""

import time
import traceback
from collections.abc import Sequence

import structlog

from billing.events.publish import lock_these, lock_untold, publish, set_aside
from database.weather import is_weather
from workers.halves import in_halves
from workers.wiring import Work

log = structlog.get_logger(__name__)

# So long a round looks on after it has found something. Whoever has changed the books rings at most twice in this time.
LINGER_SECONDS = 1.0
LOOK_SECONDS = 0.1
# a round ends well before the time limit of its task, and the next bell begins another
ROUND_SECONDS = 30.0


def tell_product(work: Work) -> None:
    """One round. Any number of workers may do this at once: one numbers, the others find nothing."""
    ends_at = time.monotonic() + ROUND_SECONDS
    idle_from = time.monotonic()
    while time.monotonic() < min(ends_at, idle_from + LINGER_SECONDS):
        if publish_next(work):
            idle_from = time.monotonic()
        else:
            time.sleep(LOOK_SECONDS)


def publish_next(work: Work) -> int:
    """Publish the next changes, a bounded number of them; how many there were. One that cannot be told is set aside."""
    ids: Sequence[int] = ()
    try:
        with work.database.transaction() as session:
            ids = lock_untold(session)
            publish(session, ids)
    except Exception as error:
        if is_weather(error) or not ids:
            raise
        _in_parts(work, ids)
    return len(ids)


def _in_parts(work: Work, ids: Sequence[int]) -> None:
    """A batch failed as a whole. Its halves keep their order, and nobody numbers what comes after them meanwhile."""

    def act(some: Sequence[int]) -> None:
        with work.database.transaction() as session:
            publish(session, lock_these(session, some))

    def alone(change_id: int, error: Exception) -> None:
        log.error("event_set_aside", change_id=change_id, exc_info=error)
        with work.database.transaction() as session:
            set_aside(session, change_id, "".join(traceback.format_exception(error)))

    in_halves(ids, act, alone)
