"""Tell the product what has changed: number its events, in the order in which they happened, and send them."""

import time
import traceback
from collections.abc import Sequence

import structlog

from billing.events.publish import lock_these, lock_untold, publish, set_aside
from calls.deliver_events import Deliveries
from database.weather import is_weather
from schemas.messages.events import TellProduct
from workers.halves import in_halves
from workers.wiring import Work

log = structlog.get_logger(__name__)

# So long a round looks on after it has found something. Whoever has changed the books rings at most twice in this time.
LINGER_SECONDS = 1.0
LOOK_SECONDS = 0.1
# a round ends well before the time limit of its task, and the next bell begins another
ROUND_SECONDS = 30.0


def tell_product(work: Work) -> None:
    """One round. Any number of workers may do this at once: one numbers, and each endpoint's due rows are claimed once.

    It looks on for a while after it has found something, and begins nothing when its time is over.
    """
    ends_at = time.monotonic() + ROUND_SECONDS
    idle_from = time.monotonic()
    with Deliveries(work) as deliveries:
        while time.monotonic() < min(ends_at, idle_from + LINGER_SECONDS):
            has_begun = publish_next(work) + deliveries.begin()
            has_ended = deliveries.record_next(0 if has_begun else LOOK_SECONDS)
            if has_begun or has_ended or deliveries.are_busy:
                idle_from = time.monotonic()
    if time.monotonic() >= ends_at:
        # there is more, and nobody may ring for a while
        work.bell.ring(TellProduct())


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
