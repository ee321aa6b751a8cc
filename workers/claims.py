"""Claims: who may work on a remembered row, and how its work ends.

Work that makes no outside call is claimed by the row lock of the transaction that does it: a dead worker frees it at
once. Work that calls out is claimed by a lease, and its outcome is written only under the same lease token.
"""

import random
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar
from uuid import UUID, uuid4

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from sqlalchemy import ColumnElement, Update, and_, bindparam, func, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

import logs
from billing.errors import NotConnected, Rejected, Unavailable
from database.among import is_among, is_among_those, listed
from database.engine import Database
from database.memory import ATTEMPTS_MAX, OVERLAP, Remembered, WorkState, finished_as, is_free
from database.weather import is_weather
from workers.endings import tell

log = structlog.get_logger(__name__)

Row = TypeVar("Row", bound=Remembered)
# What finishing a piece of work writes; what it returns is stored as the row's result, where it has one.
Act = Callable[[Session], dict[str, Any] | None]

# Seconds before the next attempt, by attempts so far; the last one repeats. Jitter spreads what failed together.
WAITS_SECONDS = (5, 30, 120, 600, 3_600, 21_600)
JITTER = 0.2
# Untried until a vendor is connected. A command that does so wakes what waits (`billing.waking`); a restart does not.
CONNECTION_WAIT = timedelta(minutes=5)
# Longer than one gateway call with all its time-outs (23 seconds), so that a lease never runs out under a live call.
LEASE = timedelta(seconds=45)
# By then no call that was begun under a lease is still on its way.
LAST_ARRIVAL = LEASE + OVERLAP
# For work of several calls: no task lives longer than its hard time limit, see `workers.celery_app`.
LONG_LEASE = timedelta(seconds=125)
# From this attempt on a row travels alone: if it kills its worker, it costs no neighbour an attempt.
SUSPECT_ATTEMPTS = 2
ERROR_LENGTH_MAX = 4_000


def take(database: Database, memory: type[Row], ids: Sequence[UUID], *, with_suspects: bool = False) -> list[Row]:
    """Count an attempt on each free row among `ids`, commit that, and return these rows, oldest first.

    The count is committed before the work begins, so that a row whose worker dies without a word has its attempt
    counted all the same. A row that is out of attempts that way is parked here and not returned.

    A row that was tried before may be what killed its worker. Among several ids it is left out, so that it cannot take
    its neighbours along; the sweep rings for it alone. `with_suspects` takes it nevertheless.
    """
    counting = _counting(memory, len(ids) > 1 and not with_suspects)  # type: ignore[arg-type]  # classes are hashable
    with database.transaction() as session:
        rows: Sequence[Row] = session.scalars(counting, {"ids": listed(ids)}).all()
    for row in rows:
        row.taken_at_seconds = time.monotonic()
        if row.attempts > ATTEMPTS_MAX:
            _park_spent(database, row)
    return sorted((row for row in rows if row.attempts <= ATTEMPTS_MAX), key=lambda row: row.id)


@cache
def _counting(memory: type[Row], leaves_suspects: bool) -> ReturningUpdate[Row]:
    """The update that counts an attempt on those of `ids` that are free; built once, as all work begins with it."""
    free = select(memory.id).where(is_among_those(memory.id, "ids"), is_free(memory)).with_for_update(skip_locked=True)
    if leaves_suspects:
        free = free.where(memory.attempts < SUSPECT_ATTEMPTS)
    counted = {
        "attempts": memory.attempts + 1,
        "first_attempt_at": func.coalesce(memory.first_attempt_at, func.now()),
    }
    statement = update(memory).where(memory.id.in_(free)).values(counted).returning(memory)
    return statement.execution_options(synchronize_session=False)


def _park_spent(database: Database, row: Remembered) -> None:
    _close(database, row, WorkState.PARKED, row.error or "out of attempts: the worker died each time")


def free_among(database: Database, memory: type[Row], ids: Sequence[UUID]) -> list[UUID]:
    """Those ids whose rows are free now, oldest first. A look, no claim: nothing is counted or held."""
    with database.transaction() as session:
        free = select(memory.id).where(is_among(memory.id, ids), is_free(memory))
        return list(session.scalars(free.order_by(memory.id)))


def lease(database: Database, row: Remembered, hold: timedelta = LEASE) -> bool:
    """Claim a row for work that calls out; false when somebody else has it."""
    return bool(lease_all(database, [row], hold))


def lease_all(database: Database, rows: Sequence[Row], hold: timedelta = LEASE) -> list[Row]:
    """Claim rows of one memory for work that calls out, all under one token; returns those that nobody else has."""
    if not rows:
        return []
    memory, token = type(rows[0]), uuid4()
    claim = update(memory).where(is_among(memory.id, [row.id for row in rows]), is_free(memory))
    with database.transaction() as session:
        claimed = set(
            session.scalars(
                claim.values(lease_until=func.now() + hold, lease_token=token).returning(memory.id),
                execution_options={"synchronize_session": False},
            )
        )
    for row in rows:
        row.lease_token = token if row.id in claimed else None
    return [row for row in rows if row.id in claimed]


def finish(database: Database, row: Remembered, act: Act) -> bool:
    """Mark the row done and run `act` in one transaction; false, and nothing done, when the row is no longer ours.

    What `act` returns is stored as the row's result, where it has one.
    """
    with database.transaction() as session:
        done = {"row_id": row.id, "token": row.lease_token}
        marked = session.connection().execute(_mark_done(type(row), row.lease_token is not None), done)  # type: ignore[arg-type]  # classes are hashable
        if marked.rowcount == 0:
            return False
        result = act(session)
        if result is not None:
            _write(session, row, result=result)
    tell(row, WorkState.DONE)
    return True


def finish_set(database: Database, rows: Sequence[Row], act: Callable[[Session, Sequence[Row]], None]) -> None:
    """Mark rows of one memory done and run `act` with those that are still ours, in one transaction.

    Rows that somebody else holds by now, or has finished, are left out. Either all of them have a lease, of one token,
    or none has.
    """
    if not rows:
        return
    with database.transaction() as session:
        held = _held(type(rows[0]), rows[0].lease_token is not None)
        memory = type(rows[0])
        ours = select(memory.id).where(is_among(memory.id, [row.id for row in rows]), held).order_by(memory.id)
        marked = (
            update(memory)
            .where(memory.id.in_(ours.with_for_update(skip_locked=True)))
            .values(finished_as(WorkState.DONE))
        )
        done = set(
            session.scalars(
                marked.returning(memory.id),
                {"token": rows[0].lease_token},
                execution_options={"synchronize_session": False},
            )
        )
        still_ours = [row for row in rows if row.id in done]
        act(session, still_ours)
    for row in still_ours:
        tell(row, WorkState.DONE)


def finish_all(database: Database, rows: Sequence[Remembered]) -> None:
    """Mark rows done that needed no act; see `finish_set`."""
    finish_set(database, rows, lambda session, ours: None)


def postpone(database: Database, row: Remembered, wait: timedelta, reason: str, *, is_tried: bool = True) -> None:
    """Give a row back for a while. What was not even tried has its attempt given back, too, and the first its time."""
    with logs.bound(**row.log_context()):
        log.warning("postponed", reason=reason, wait_seconds=wait.total_seconds(), attempts=row.attempts)
    attempts = row.attempts if is_tried else row.attempts - 1
    first_attempt_at = row.first_attempt_at if attempts else None
    _give_back(database, row, wait, reason, attempts=attempts, first_attempt_at=first_attempt_at)


@contextmanager
def attempt(database: Database, row: Remembered) -> Iterator[None]:
    """What goes wrong with one row ends here, by family, so that its neighbours go on.

    Only weather in our own database passes through: then nothing can be recorded, and the sweep rings again. What is
    logged meanwhile bears the row's ids, and what is logged afterwards does not.
    """
    with logs.bound(**row.log_context()), _ending(database, row):
        yield


def give_up(database: Database, rows: Sequence[Remembered], error: Exception) -> None:
    """Rows that all meet the same end before anything was done for them; each as if it had met it alone."""
    for row in rows:
        with attempt(database, row):
            raise error


@contextmanager
def _ending(database: Database, row: Remembered) -> Iterator[None]:
    try:
        yield
    except Rejected as error:
        _close(database, row, WorkState.REJECTED, str(error), problem_of(error), code=error.code)
    except NotConnected as error:
        postpone(database, row, CONNECTION_WAIT, str(error), is_tried=False)
    except Unavailable as error:
        _try_later(database, row, str(error), error.retry_after_seconds)
    except SoftTimeLimitExceeded:
        _try_later(database, row, "ran into the time limit", None)
    except Exception as error:
        if is_weather(error):
            raise
        _close(database, row, WorkState.PARKED, traceback.format_exc(), exc_info=error)


def wait_seconds(attempts: int, retry_after_seconds: float | None) -> float:
    """How long to wait after so many attempts; never less than the other side asked for."""
    planned = WAITS_SECONDS[min(attempts, len(WAITS_SECONDS)) - 1]
    jittered = planned * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads load, hides nothing
    return max(jittered, retry_after_seconds or 0.0)


def _try_later(database: Database, row: Remembered, reason: str, retry_after_seconds: float | None) -> None:
    if row.attempts >= ATTEMPTS_MAX:
        _close(database, row, WorkState.PARKED, reason)
        return
    wait = wait_seconds(row.attempts, retry_after_seconds)
    log.warning("try_later", reason=reason, wait_seconds=round(wait, 1), attempts=row.attempts)
    _give_back(database, row, timedelta(seconds=wait), reason)


def _give_back(database: Database, row: Remembered, wait: timedelta, reason: str, **values: Any) -> None:
    due = {"error": reason[-ERROR_LENGTH_MAX:], "next_attempt_at": func.now() + wait, "hinted_at": None}
    with database.transaction() as session:
        if still_ours(session, row):
            _write(session, row, **due, **values)


def _close(
    database: Database,
    row: Remembered,
    state: WorkState,
    error: str,
    problem: dict[str, Any] | None = None,
    **said: object,
) -> None:
    """End a row that did not end well, if it is still ours; `said` is what its line in the log tells beside."""
    values: dict[str, Any] = {"error": error[-ERROR_LENGTH_MAX:]}
    if hasattr(row, "problem"):
        values["problem"] = problem or _problem("parked", "This command needs a look by an operator.", 500)
    with database.transaction() as session:
        if not still_ours(session, row):
            return
        _write(session, row, **finished_as(state), **values)
    tell(row, state, error, **said)


@cache
def _mark_done(memory: type[Remembered], by_lease: bool) -> Update:
    """The update that takes the row's lock and marks it done, if it is still ours; it waits for nobody."""
    ours = select(memory.id).where(memory.id == bindparam("row_id"), _held(memory, by_lease))
    # a scalar subquery keeps the planner on the primary key, whatever it thinks of the table's size
    locked = ours.with_for_update(skip_locked=True).scalar_subquery()
    statement = update(memory).where(memory.id == locked).values(finished_as(WorkState.DONE))
    return statement.execution_options(synchronize_session=False)


def _held(memory: type[Remembered], by_lease: bool) -> ColumnElement[bool]:
    """Held under a lease token, or free for whoever locks it first."""
    if by_lease:
        return and_(memory.state == WorkState.READY, memory.lease_token == bindparam("token"))
    return is_free(memory)


def still_ours(session: Session, row: Remembered) -> bool:
    """Lock the row; false when another worker has it or has finished it."""
    memory = type(row)
    held = _held(memory, row.lease_token is not None)
    locked = select(memory.id).where(memory.id == row.id, held).with_for_update(skip_locked=True)
    return session.scalar(locked, {"token": row.lease_token}) is not None


def _write(session: Session, row: Remembered, **values: Any) -> None:
    """Write and give back the lease."""
    memory = type(row)
    freed = {"lease_until": None, "lease_token": None, **values}
    session.execute(
        update(memory).where(memory.id == row.id).values(freed), execution_options={"synchronize_session": False}
    )


def problem_of(error: Rejected) -> dict[str, Any]:
    """What is stored of a refusal, and shown to whoever asked."""
    return error.members | _problem(error.code, error.detail, error.status)


def _problem(code: str, detail: str, status: int) -> dict[str, Any]:
    """The members of RFC 9457 that a stored outcome needs."""
    return {"type": f"urn:cashbeat:problem:{code}", "title": code.replace("_", " "), "status": status, "detail": detail}
