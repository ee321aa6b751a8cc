"""The task base: parse the message, bind the log context, call the doorway, ring for what it staged."""

import functools
import os
import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from celery import Task
from celery.exceptions import Reject
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

import logs
from database.upkeep import begin_period, record_heartbeat
from database.weather import is_weather
from schemas.messages.base import Message, Periodic
from schemas.messages.events import TellProduct
from workers import endings
from workers.celery_app import app
from workers.clock_check import ClockCheck

if TYPE_CHECKING:
    from workers.wiring import Work  # at run time only a wired process needs the gateways

log = structlog.get_logger(__name__)

Content = TypeVar("Content", bound=Message)
Doorway = Callable[["Work", Content], None]

# A queue shows its pulse this often at most; the supervisor looks for one that is two minutes old.
PULSE_SECONDS = 10.0
# So long a process with a wrong clock keeps a message before another may have it.
PAUSE_SECONDS = 2.0
# Work of these may have changed the books, and the product is to hear of it. Whoever is rung for looks on for longer
# than this after what it found last, so that a process need not ring with each task.
CHANGES_BOOKS = frozenset({"webhooks", "commands", "payments", "renewals", "documents"})
RING_SECONDS = 0.5

_work: "Work | None" = None
_clock: ClockCheck | None = None
_pulses: dict[str, float] = {}
_rung_at_seconds = -RING_SECONDS
_tell_of_pulse: Callable[[str], None] = lambda _queue: None  # noqa: E731 - until this process is wired


def start(work: "Work", show_pulse: Callable[[str], None] = lambda _queue: None) -> None:
    """Give this process what it works with; `show_pulse` is told of each sign of life of a queue."""
    global _work, _clock, _tell_of_pulse
    _work, _clock, _tell_of_pulse = work, ClockCheck(work.database, work.clock), show_pulse


def stop() -> None:
    """Close this process's connections."""
    if _work is not None:
        _work.database.engine.dispose()


def doorway(message_class: type[Content]) -> Callable[[Doorway[Content]], Task]:
    """Register a function as the task of a message class.

    A message that does not parse is logged as an error and dropped: the row it rings for is rung for again in the
    right form. A tick of beat whose period was begun before does nothing. Weather in PostgreSQL ends the task with a
    warning; the rows are untouched and the sweep rings again. While this machine's clock is wrong, messages go back to
    their queue, and no pulse is shown.
    """

    def register(function: Doorway[Content]) -> Task:
        @functools.wraps(function)
        def run(self: Task, **fields: Any) -> None:
            logs.bind(task=message_class.task, task_id=self.request.id)
            endings.forget()
            try:
                _run(function, message_class(**fields))
                _fail_with_its_rows(self)
            except ValidationError as error:
                log.error(
                    "message_refused",
                    fields=sorted(fields),
                    errors=error.errors(include_input=False, include_url=False),
                )
                _fail(self, endings.Refused(f"no {message_class.task}: {error.error_count()} fields do not fit"))
            except (DBAPIError, PoolTimeout) as error:
                if not is_weather(error):
                    raise
                log.warning("database_unavailable", error=str(error.__cause__ or error))
            finally:
                logs.clear()

        # a failure is told by our own line; ticks come by the minute and would bury what a watcher looks for
        quiet = {"throws": (endings.Parked, endings.Refused), "send_events": not message_class.is_tick}
        return app.task(name=message_class.task, bind=True, **quiet)(run)

    return register


def _fail_with_its_rows(task: Task) -> None:
    """Who watches tasks sees those fail whose rows did not end well. The rows have their record; nothing is retried."""
    if not task.request.called_directly:
        endings.raise_failed()


def _fail(task: Task, error: Exception) -> None:
    if not task.request.called_directly:
        raise error


def _run(function: Doorway[Content], message: Content) -> None:
    work, clock = _work, _clock
    if work is None or clock is None:
        raise RuntimeError("this process was not wired; is it a Celery worker?")
    if not clock.is_right():
        time.sleep(PAUSE_SECONDS)
        raise Reject("the clock is off", requeue=True)
    try:
        if _is_its_period(work, message):
            function(work, message)
        _show_pulse(work, getattr(message, "of_queue", message.queue))
    finally:
        work.bell.ring_for(work.database.take_staged())
        _ring_for_events(work, message)


def _ring_for_events(work: "Work", message: Message) -> None:
    """Triggers write down what has changed, so nobody here knows whether anything has: a look costs next to nothing."""
    global _rung_at_seconds
    now_seconds = time.monotonic()
    if message.queue in CHANGES_BOOKS and now_seconds - _rung_at_seconds >= RING_SECONDS:
        _rung_at_seconds = now_seconds
        work.bell.ring(TellProduct())


def _is_its_period(work: "Work", message: Message) -> bool:
    """A tick of beat begins its period once, however many ticks there are of it."""
    if not isinstance(message, Periodic):
        return True
    with work.database.transaction() as session:
        return begin_period(session, message.task, message.interval_seconds)


def _show_pulse(work: "Work", queue: str) -> None:
    """Any finished task proves its queue alive, so that a long backlog in front of the heartbeat is no alarm."""
    now_seconds = time.monotonic()
    if now_seconds - _pulses.get(queue, -PULSE_SECONDS) < PULSE_SECONDS:
        return
    with work.database.transaction() as session:
        record_heartbeat(session, queue, f"{socket.gethostname()}/{os.getpid()}")
    _tell_of_pulse(queue)
    _pulses[queue] = now_seconds
