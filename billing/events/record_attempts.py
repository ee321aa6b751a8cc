"""Record what became of the requests of one lane: the deliveries, the attempts, and how the endpoint does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from billing.events.schedule import (
    DISABLED_AFTER,
    FAILURES_BEFORE_DISABLED,
    FAILURES_BEFORE_HELD,
    hold_after,
    wait_after,
)
from billing.events.states import deliver, give_up, release, try_later
from billing.events.tables import DeliveryState, EventAttempt, EventDelivery, EventEndpoint
from database.ids import uuid7s
from database.outbox import stage
from database.rows import insert_rows

FAILING = "failing"
GONE = "gone"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request; `attempts` were made of the same delivery before. `asked_seconds` is what Retry-After said."""

    delivery_id: UUID
    attempts: int
    is_taken: bool
    is_gone: bool
    status: int | None
    milliseconds: int
    error: str
    answer: str
    asked_seconds: int | None


def record_attempts(
    session: Session, endpoint_id: UUID, lease_token: UUID, attempts: Sequence[Attempt], untried: Sequence[UUID]
) -> str:
    """Write it down; what is somebody else's by now, because the lease was over, is left to them.

    Why the endpoint is disabled from now on; empty: it is not.
    """
    endpoint = session.scalar(select(EventEndpoint).where(EventEndpoint.id == endpoint_id).with_for_update())
    if endpoint is None:  # deleted meanwhile, with all that was to be sent
        return ""
    known = deliver(session, [each.delivery_id for each in attempts if each.is_taken], lease_token)
    for each in attempts:
        if not each.is_taken:
            known |= _failed(session, each, lease_token)
    release(session, untried, lease_token)
    _keep(session, [each for each in attempts if each.delivery_id in known])
    return _follow(session, endpoint, attempts)


def _failed(session: Session, attempt: Attempt, lease_token: UUID) -> set[UUID]:
    wait = wait_after(attempt.attempts + 1)
    if wait is None:
        return give_up(session, attempt.delivery_id, lease_token)
    return try_later(
        session, attempt.delivery_id, lease_token, max(wait, timedelta(seconds=attempt.asked_seconds or 0))
    )


def _keep(session: Session, attempts: Sequence[Attempt]) -> None:
    rows = [_row(each, row_id) for each, row_id in zip(attempts, uuid7s(len(attempts)), strict=True)]
    if rows:
        insert_rows(session, EventAttempt, *rows)


def _row(attempt: Attempt, row_id: UUID) -> dict[str, Any]:
    return {
        "id": row_id, "delivery_id": attempt.delivery_id, "status": attempt.status, "error": attempt.error,
        "milliseconds": attempt.milliseconds, "answer": attempt.answer,
    }  # fmt: skip


def _follow(session: Session, endpoint: EventEndpoint, attempts: Sequence[Attempt]) -> str:
    """In the order in which they were made: a request that was taken ends a row of failures."""
    for each in attempts:
        if each.is_taken:
            _recover(session, endpoint)
        else:
            _fail(session, endpoint, each)
    session.flush()
    return _disable(session, endpoint, is_gone=any(each.is_gone for each in attempts))


def _recover(session: Session, endpoint: EventEndpoint) -> None:
    """It is there again: what waited for its next try, for hours by now, is sent at once."""
    if endpoint.failures >= FAILURES_BEFORE_HELD:
        is_late = EventDelivery.endpoint_id == endpoint.id, EventDelivery.state == DeliveryState.WAITING
        sooner = update(EventDelivery).where(*is_late, EventDelivery.next_attempt_at > func.now())
        session.execute(sooner.values(next_attempt_at=func.now()), execution_options={"synchronize_session": False})
    if endpoint.failures:
        endpoint.failures, endpoint.failing_since, endpoint.held_until = 0, None, None


def _fail(session: Session, endpoint: EventEndpoint, attempt: Attempt) -> None:
    endpoint.failures += 1
    now = session.scalars(select(func.now())).one()
    endpoint.failing_since = endpoint.failing_since or now
    hold = hold_after(endpoint.failures, attempt.asked_seconds)
    endpoint.held_until = now + hold if hold else None


def _disable(session: Session, endpoint: EventEndpoint, *, is_gone: bool) -> str:
    long = (EventEndpoint.failing_since < func.now() - DISABLED_AFTER) & (
        EventEndpoint.failures >= FAILURES_BEFORE_DISABLED
    )
    reason = case((long, FAILING), else_=GONE if is_gone else "")
    because: str = session.scalars(select(reason).where(EventEndpoint.id == endpoint.id)).one()
    if because and endpoint.disabled_at is None:
        endpoint.disabled_at, endpoint.disabled_because = session.scalars(select(func.now())).one(), because
        stage(session, "endpoint_disabled", endpoint.id, f"endpoint_disabled/{endpoint.id}/{endpoint.disabled_at}")
        return because
    return ""
