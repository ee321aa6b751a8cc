"""Send what is due to the product's endpoints: each has lanes of its own, so that a slow one delays no other."""

import queue
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog

from billing.events.claim_deliveries import Claimed, claim_deliveries, due_endpoints
from billing.events.queries import view_event
from billing.events.record_attempts import Attempt, record_attempts
from billing.events.schedule import ASKED_SECONDS_MAX
from endpoints.deadlines import Deadlines
from endpoints.post import Answer, Posting
from endpoints.signing import signed_headers
from workers.wiring import Work

log = structlog.get_logger(__name__)

# As many as there may be endpoints, times the lanes of one: a thread is always there for whichever is due.
ENDPOINTS_MAX = 20
LANES_PER_ENDPOINT = 2
# what a lane takes at once, and how long it goes on beginning requests: far less than its lease
ROWS_MAX = 50
LANE_SECONDS = 10.0


@dataclass(slots=True)
class Lane:
    """What was claimed for one endpoint, what came of it, and what was not tried."""

    claimed: Claimed
    attempts: list[Attempt] = field(default_factory=list)
    untried: list[UUID] = field(default_factory=list)


class Deliveries:
    """One round's lanes. A context manager: at its end what is on its way is waited for, and written down."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._deadlines = Deadlines()
        self._pool = ThreadPoolExecutor(ENDPOINTS_MAX * LANES_PER_ENDPOINT, thread_name_prefix="lane")
        self._ended: queue.SimpleQueue[Lane] = queue.SimpleQueue()
        self._busy: Counter[UUID] = Counter()

    def __enter__(self) -> "Deliveries":
        return self

    def __exit__(self, *_: object) -> None:
        while self.are_busy:
            self.record_next(LANE_SECONDS)
        self._pool.shutdown()
        self._deadlines.stop()

    @property
    def are_busy(self) -> bool:
        """Whether a request is on its way."""
        return self._busy.total() > 0

    def begin(self) -> int:
        """Claim for each endpoint that something is due for and that has a free lane; how many lanes set off."""
        with self._work.database.transaction() as session:
            due = due_endpoints(session)
        return sum(self._begin(endpoint_id) for endpoint_id in due if self._busy[endpoint_id] < LANES_PER_ENDPOINT)

    def _begin(self, endpoint_id: UUID) -> bool:
        with self._work.database.transaction() as session:
            claimed = claim_deliveries(session, endpoint_id, ROWS_MAX)
            secrets = self._work.endpoint_secrets.open(session, endpoint_id) if claimed else ()
        if claimed is None:
            return False
        self._busy[endpoint_id] += 1
        lane = Lane(claimed)
        self._pool.submit(self._run, lane, secrets)
        return True

    def _run(self, lane: Lane, secrets: tuple[str, ...]) -> None:
        """In a thread. It writes nothing itself: whatever happens, its lane ends and is recorded."""
        try:
            send_in_order(lane, secrets, self._posting(lane), self._work.clock)
        except Exception:
            log.exception("lane_failed", endpoint_id=str(lane.claimed.endpoint.id))
        finally:
            begun = {attempt.delivery_id for attempt in lane.attempts}
            lane.untried = [row_id for row_id, _, _ in lane.claimed.deliveries if row_id not in begun]
            self._ended.put(lane)

    def _posting(self, lane: Lane) -> Posting:
        return Posting(lane.claimed.endpoint.url, self._deadlines, is_production=self._work.is_production)

    def record_next(self, wait_seconds: float) -> bool:
        """Write down what one lane has done, if one ends within that time."""
        try:
            lane = self._ended.get(timeout=wait_seconds)
        except queue.Empty:
            return False
        endpoint, token = lane.claimed.endpoint, lane.claimed.lease_token
        self._busy[endpoint.id] -= 1
        with self._work.database.transaction() as session:
            disabled = record_attempts(session, endpoint.id, token, lane.attempts, lane.untried)
        if disabled:
            log.error("endpoint_disabled", endpoint_id=str(endpoint.id), because=disabled)
        return True


def send_in_order(lane: Lane, secrets: tuple[str, ...], posting: Posting, clock: Callable[[], datetime]) -> None:
    """One after the other over one connection, up to the first that is not taken: what follows may depend on it."""
    ends_at = time.monotonic() + LANE_SECONDS
    with posting:
        for row_id, attempts, event in lane.claimed.deliveries:
            if time.monotonic() >= ends_at:
                return
            body = view_event(event).model_dump_json()
            answer = posting.post(body.encode(), signed_headers(secrets, str(event.id), body, clock()))
            lane.attempts.append(_attempt(row_id, attempts, answer))
            if not answer.is_taken:
                return


def _attempt(row_id: UUID, attempts: int, answer: Answer) -> Attempt:
    asked = answer.retry_after if answer.status in (429, 503) else ""
    return Attempt(
        delivery_id=row_id,
        attempts=attempts,
        is_taken=answer.is_taken,
        is_gone=answer.is_gone,
        status=answer.status,
        milliseconds=answer.milliseconds,
        error=answer.error,
        answer=answer.text,
        asked_seconds=min(int(asked), ASKED_SECONDS_MAX)
        if asked.isascii() and asked.isdigit() and len(asked) < 9
        else None,
    )
