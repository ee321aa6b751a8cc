"""Rings the bell from a thread of its own, so that a slow or dead broker never holds up an answer."""

import threading
from collections import deque
from collections.abc import Iterable
from uuid import UUID

import structlog

from schemas.messages import WEBHOOK_IDS_MAX, HandleWebhooks, RunCommand
from workers.producer import Bell

log = structlog.get_logger(__name__)

# What waits here is only a hint: beyond this the sweep rings, twenty seconds later.
EVENTS_WAITING_MAX = 5_000
COMMANDS_WAITING_MAX = 500
# After a ring, ids are collected this long before the next: a message costs half a millisecond of CPU, so that small
# batches under load would spend a tenth of it on ringing. Nobody waits for the first ring after a pause.
PACE_SECONDS = 0.05
STOP_SECONDS = 1.0


class Ringer:
    """One process's ringing thread, with bounded queues in front of it."""

    def __init__(self, bell: Bell) -> None:
        self._bell = bell
        self._events: deque[UUID] = deque()
        self._commands: deque[UUID] = deque()
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ringer", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ring for what waits, but not longer than a second: what was not rung for is due, and swept."""
        self._closing.set()
        with self._changed:
            self._changed.notify()
        self._thread.join(STOP_SECONDS)

    def ring_for_events(self, ids: Iterable[UUID]) -> None:
        """Ring for inbox rows soon; returns at once. When too many wait, these are left to the sweep."""
        self._enqueue(self._events, ids, EVENTS_WAITING_MAX)

    def ring_for_commands(self, ids: Iterable[UUID]) -> None:
        """Ring for operations soon; returns at once. When too many wait, these are left to the sweep."""
        self._enqueue(self._commands, ids, COMMANDS_WAITING_MAX)

    def _enqueue(self, queue: deque[UUID], ids: Iterable[UUID], waiting_max: int) -> None:
        with self._changed:
            if len(queue) < waiting_max:
                queue.extend(ids)
                self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not (self._events or self._commands or self._closing.is_set()):
                    self._changed.wait()
                events = [self._events.popleft() for _ in range(min(len(self._events), WEBHOOK_IDS_MAX))]
                commands = [self._commands.popleft() for _ in range(min(len(self._commands), WEBHOOK_IDS_MAX))]
            if not (events or commands):
                return
            self._ring(events, commands)
            if len(self._events) < WEBHOOK_IDS_MAX:
                self._closing.wait(PACE_SECONDS)

    def _ring(self, events: list[UUID], commands: list[UUID]) -> None:
        try:
            for operation_id in commands:
                self._bell.ring(RunCommand(id=operation_id), task_id=operation_id)
            if events:
                self._bell.ring(HandleWebhooks(ids=tuple(events)))
        except Exception:  # the thread must live; the sweep rings for what was lost here
            log.exception("ringing_failed")
