"""What a transaction changes of the rows that it holds, field by field."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import ClauseElement, event, inspect
from sqlalchemy.orm import InstanceState, Session

# beyond these they are only counted: a change of many rows is told by its command
ROWS_MAX = 40
# how work goes on is no change of anything that anybody asked for
PIPELINE = frozenset({"operations", "outbox", "inbox", "audit_entries", "audit_personal"})
ACCOUNT = "account_id"
WATCHED = "watched"


class Changes:
    """From what to what, by table and key. A new row has no fields before, one that is removed none after.

    Rows that are written in bulk, without being held, are not among them.
    """

    def __init__(self) -> None:
        self.before: dict[str, dict[str, Any]] = {}
        self.after: dict[str, dict[str, Any]] = {}
        self.rows = 0
        self._accounts: set[UUID] = set()

    @property
    def account_id(self) -> UUID | None:
        """The account that all of it is about; None where there is none, or are several."""
        return next(iter(self._accounts)) if len(self._accounts) == 1 else None

    def note(self, session: Session) -> None:
        """What the next flush will write."""
        for row in (*session.new, *session.dirty, *session.deleted):
            state: InstanceState[Any] = inspect(row)
            if (table := row.__tablename__) not in PIPELINE:
                self._note(state, table, is_gone=row in session.deleted)

    def _note(self, state: InstanceState[Any], table: str, *, is_gone: bool) -> None:
        before, after = _removed(state) if is_gone else _changed(state)
        if not before and not after:
            return
        key = f"{table}/{','.join(map(str, state.mapper.primary_key_from_instance(state.obj())))}"
        if key not in self.before and key not in self.after:
            self.rows += 1
            if self.rows > ROWS_MAX:
                self.after["more"] = {"rows": self.rows - ROWS_MAX}
                return
        whose = state.dict.get("id" if table == "accounts" else ACCOUNT)
        if isinstance(whose, UUID):
            self._accounts.add(whose)
        if before:
            self.before[key] = before | self.before.get(key, {})
        if after:
            self.after[key] = self.after.get(key, {}) | after


def tell_change(session: Session, key: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """What a statement changes of a row that nobody holds, by table and key; for whoever writes with one."""
    for changes in session.info.get(WATCHED, ()):
        if before:
            changes.before[key] = dict(before)
        changes.after[key] = dict(after)


@contextmanager
def watching(session: Session) -> Iterator[Changes]:
    """All that is flushed within the block; flush at its end, or the last changes are missing."""
    changes = Changes()

    def note(session: Session, _context: object, _instances: object) -> None:
        changes.note(session)

    event.listen(session, "before_flush", note)
    watched: list[Changes] = session.info.setdefault(WATCHED, [])
    watched.append(changes)
    try:
        yield changes
    finally:
        watched.remove(changes)
        event.remove(session, "before_flush", note)


def _changed(state: InstanceState[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was loaded and is another now; of a new row all that was given."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for attribute in state.mapper.column_attrs:
        history = state.attrs[attribute.key].history
        if not history.has_changes() or not history.added or isinstance(history.added[0], ClauseElement):
            continue
        after[attribute.key] = history.added[0]
        if history.deleted and state.persistent:
            before[attribute.key] = history.deleted[0]
    return before, after


def _removed(state: InstanceState[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    known = {attribute.key: state.dict.get(attribute.key) for attribute in state.mapper.column_attrs}
    return {key: value for key, value in known.items() if value is not None}, {}
