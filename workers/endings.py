"""How the rows of the task in hand ended: one line in the log each, and what that comes to for who watches tasks."""

import time
from collections.abc import Mapping
from logging import ERROR, INFO

import structlog

import logs
from database.memory import Remembered, WorkState

log = structlog.get_logger(__name__)

LEVELS: Mapping[WorkState, int] = {
    WorkState.DONE: INFO,
    WorkState.REJECTED: INFO,
    WorkState.PARKED: ERROR,
    WorkState.AWAITING_APPROVAL: INFO,
}

# it is done, or somebody will decide
WELL = frozenset({WorkState.DONE, WorkState.AWAITING_APPROVAL})


class Refused(Exception):
    """The task's message or row was refused. It is recorded; nothing is tried again."""


class Parked(Exception):
    """A row of the task waits for a person. It is recorded; nothing is tried again by itself."""


_failed: list[tuple[WorkState, str]] = []


def tell(row: Remembered, state: WorkState, reason: str = "", **said: object) -> None:
    """Write the one line about a row that ended in this state, and remember it if it failed."""
    seconds = round(time.monotonic() - row.taken_at_seconds, 3) if row.taken_at_seconds else None
    ids = row.log_context()
    if reason:
        said["reason"] = logs.last_line(reason)
    # a command's refusal is an answer; one that nobody is told of is an alarm
    level = ERROR if state is WorkState.REJECTED and row.refusals_wait else LEVELS[state]
    log.log(level, state.value, what=row.what, seconds=seconds, attempts=row.attempts, **ids, **said)
    if state not in WELL:
        named = " ".join(f"{name}={value}" for name, value in ids.items())
        _failed.append((state, logs.redact_text(f"{row.what} {named}: {logs.last_line(reason)}")))


def forget() -> None:
    """A task begins: what became of another's rows is no business of its."""
    _failed.clear()


def raise_failed() -> None:
    """Raise Parked or Refused, naming the rows, if any of the task's rows did not end well. Else do nothing."""
    parked = [text for state, text in _failed if state is WorkState.PARKED]
    refused = [text for state, text in _failed if state is WorkState.REJECTED]
    if parked:
        raise Parked("; ".join(parked))
    if refused:
        raise Refused("; ".join(refused))
