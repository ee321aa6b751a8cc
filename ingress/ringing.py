"""Rings the bell from a thread of its own, so that a slow or dead broker never holds up an answer."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from uuid import UUID

import structlog

from ingress.operation_store import NewOperation, StoredOperation
from schemas.commands import KINDS_IN_SETS
from schemas.messages.commands import SET_IDS_MAX, RunCommand, RunSet
from schemas.messages.emails import SendEmails
from schemas.messages.webhooks import WEBHOOK_IDS_MAX, HandleWebhooks, VerifyWebhooks
from workers.producer import Bell

log = structlog.get_logger(__name__)

# What waits here is only a hint: beyond this the sweep rings, twenty seconds later.
WAITING_MAX = 5_000
# After a ring for events, ids are collected this long before the next: a message costs a millisecond of CPU, and small
# batches under load would spend a tenth of it on ringing. Nobody waits for the first ring after a pause.
EVENTS_PACE_SECONDS = 0.05
# The same for commands that are carried out in sets: one of a hundred costs a twentieth of one that comes alone. The
# more there are, the longer they are collected: a set costs a worker and PostgreSQL as much as dozens of those in it.
SETS_PACE_SECONDS = 0.05
RUSH_IDS_MIN, RUSH_PACE_SECONDS = 10, 0.1
FLOOD_IDS_MIN, FLOOD_PACE_SECONDS = 30, 0.2
STOP_SECONDS = 1.0


class Ringer:
    """One ringing thread with a bounded queue in front of it. `ring` gets up to a message's worth of ids at a time.

    `pace_seconds` tells how long to collect after a ring for so many, before the next.
    """

    def __init__(
        self, ring: Callable[[list[UUID]], None], pace_seconds: Callable[[int], float] = lambda rung_for: 0.0
    ) -> None:
        self._ring = ring
        self._pace_seconds = pace_seconds
        self._waiting: deque[UUID] = deque()
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

    def ring_for(self, ids: Sequence[UUID]) -> None:
        """Ring soon; returns at once. When too many wait, these are left to the sweep."""
        if not ids:
            return
        with self._changed:
            if len(self._waiting) < WAITING_MAX:
                self._waiting.extend(ids)
                self._changed.notify()

    def _run(self) -> None:
        while ids := self._take():
            try:
                self._ring(ids)
            except Exception:  # the thread must live; the sweep rings for what was lost here
                log.exception("ringing_failed")
            if len(self._waiting) < WEBHOOK_IDS_MAX:
                self._closing.wait(self._pace_seconds(len(ids)))

    def _take(self) -> list[UUID]:
        """What to ring for next; nothing means that the end has come."""
        with self._changed:
            while not (self._waiting or self._closing.is_set()):
                self._changed.wait()
            return [self._waiting.popleft() for _ in range(min(len(self._waiting), WEBHOOK_IDS_MAX))]


def event_ringer(bell: Bell) -> Ringer:
    """Rings for inbox rows, many at a time."""
    return Ringer(lambda ids: _ring_for_events(bell, ids), lambda rung_for: EVENTS_PACE_SECONDS)


def unverified_ringer(bell: Bell) -> Ringer:
    """Rings for events that are still to be verified, many at a time."""
    return Ringer(lambda ids: _ring_for_unverified(bell, ids), lambda rung_for: EVENTS_PACE_SECONDS)


def command_ringer(bell: Bell) -> Ringer:
    """Rings for operations, one message each, whose task id is the operation's."""
    return Ringer(lambda ids: _ring_for_commands(bell, ids))


def set_ringer(bell: Bell) -> Ringer:
    """Rings for operations that are carried out in sets, many at a time."""
    return Ringer(lambda ids: _ring_for_set(bell, ids), _pace_of_sets)


def mail_ringer(bell: Bell) -> Ringer:
    """Rings for mails that were staged, several at a time."""
    return Ringer(lambda ids: _ring_for_mails(bell, ids))


def ring_for_new(
    operations: Sequence[NewOperation], stored: Sequence[StoredOperation], ringer: Ringer, ringer_of_sets: Ringer
) -> None:
    """Ring for what a commit of commands has stored and was not there before: each by the ringer of its kind."""
    new = [operation for operation, outcome in zip(operations, stored, strict=True) if outcome.is_new]
    ringer.ring_for([operation.id for operation in new if operation.kind not in KINDS_IN_SETS])
    ringer_of_sets.ring_for([operation.id for operation in new if operation.kind in KINDS_IN_SETS])


def _pace_of_sets(rung_for: int) -> float:
    """Seconds to collect, after so many."""
    if rung_for >= FLOOD_IDS_MIN:
        return FLOOD_PACE_SECONDS
    return RUSH_PACE_SECONDS if rung_for >= RUSH_IDS_MIN else SETS_PACE_SECONDS


def _ring_for_events(bell: Bell, ids: list[UUID]) -> None:
    bell.ring(HandleWebhooks(ids=tuple(ids)))


def _ring_for_unverified(bell: Bell, ids: list[UUID]) -> None:
    bell.ring(VerifyWebhooks(ids=tuple(ids)))


def _ring_for_commands(bell: Bell, ids: list[UUID]) -> None:
    for operation_id in ids:
        bell.ring(RunCommand(id=operation_id), task_id=operation_id)


def _ring_for_mails(bell: Bell, ids: list[UUID]) -> None:
    for start in range(0, len(ids), SendEmails.ids_max):
        bell.ring(SendEmails(ids=tuple(ids[start : start + SendEmails.ids_max])))


def _ring_for_set(bell: Bell, ids: list[UUID]) -> None:
    """One that comes alone has its own id as the task's, as any other command."""
    if len(ids) == 1:
        _ring_for_commands(bell, ids)
        return
    for start in range(0, len(ids), SET_IDS_MAX):
        bell.ring(RunSet(ids=tuple(ids[start : start + SET_IDS_MAX])))
