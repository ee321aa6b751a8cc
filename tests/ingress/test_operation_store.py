"""Commands go to PostgreSQL in batches: each is stored once, told as it stands, and is nobody else's."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest

from billing.errors import Unavailable
from database.ids import operation_id, uuid7
from ingress.group_commit import RowsRefused
from ingress.operation_store import NewOperation, OperationStore, StoredOperation
from tests.logins import as_door

Rows = Callable[..., list[tuple[Any, ...]]]
OURS, THEIRS = str(uuid7()), str(uuid7())
# what an array, JSON and a literal of SQL write otherwise
AWKWARD = 'NULL {"a", \\b} \'%s\' \n\t ﷺ "quoted"'


@pytest.fixture
def store(database_url: str) -> Iterator[OperationStore]:
    """As the door opens it."""
    found = OperationStore(as_door(database_url))
    yield found
    found.close()


def command(
    key: str | None, *, caller: str = OURS, row_id: UUID | None = None, note: str = "", sha256: str = "a"
) -> NewOperation:
    """Somebody wants something."""
    row_id = row_id or operation_id(caller, key)
    return NewOperation(row_id, "consume_credits", caller, key, {"note": note, "some": [1, None, {}]}, sha256)


def told(outcomes: list[StoredOperation | Exception]) -> list[tuple[bool, str]]:
    """Of each whether it was new, and the fingerprint of what is stored."""
    found = [outcome for outcome in outcomes if isinstance(outcome, StoredOperation)]
    assert len(found) == len(outcomes)
    return [(outcome.is_new, outcome.body_sha256) for outcome in found]


def test_a_batch_is_one_transaction_and_rung_for(store: OperationStore, rows: Rows) -> None:
    batch = [command(None) for _ in range(100)]
    outcomes = store.write(batch)
    assert told(outcomes) == [(True, "a")] * 100
    assert [outcome.id for outcome in outcomes if isinstance(outcome, StoredOperation)] == [each.id for each in batch]
    assert rows("SELECT count(*), count(DISTINCT xmin::text), count(hinted_at) FROM operations") == [(100, 1, 100)]


def test_of_a_batch_with_known_ones_the_new_are_stored_and_each_is_told_as_it_stands(
    store: OperationStore, rows: Rows
) -> None:
    store.write([command("one"), command("three")])
    rows("UPDATE operations SET state = 'done', finished_at = now(), result = '{\"left\": 5}'")
    outcomes = store.write([command("four"), command("three", sha256="b"), command("two"), command("one")])
    assert told(outcomes) == [(True, "a"), (False, "a"), (True, "a"), (False, "a")]
    states = [(each.row.state, each.row.result) for each in outcomes if isinstance(each, StoredOperation)]
    assert states == [("ready", None), ("done", {"left": 5}), ("ready", None), ("done", {"left": 5})]
    assert rows("SELECT count(*) FROM operations") == [(4,)]


def test_of_equal_ones_in_a_batch_the_first_is_new(store: OperationStore, rows: Rows) -> None:
    outcomes = store.write([command("same"), command("other"), command("same", sha256="b"), command("same")])
    assert told(outcomes) == [(True, "a"), (True, "a"), (False, "a"), (False, "a")]
    assert rows("SELECT count(*) FROM operations") == [(2,)]


def test_what_is_another_callers_is_not_told(store: OperationStore, rows: Rows) -> None:
    store.write([command("theirs", caller=THEIRS)])
    taken, free = store.write([command("ours", row_id=operation_id(THEIRS, "theirs")), command("free")])
    assert isinstance(taken, RowsRefused)
    assert isinstance(free, StoredOperation)
    assert rows("SELECT caller FROM operations ORDER BY caller = %s", OURS) == [(THEIRS,), (OURS,)]


def test_texts_are_stored_as_they_were_said(store: OperationStore, rows: Rows) -> None:
    store.write([command(AWKWARD, note=AWKWARD, sha256="NULL"), command(None, sha256="")])
    body: dict[str, Any] = {"note": AWKWARD, "some": [1, None, {}]}
    stored = rows("SELECT idempotency_key, body, body_sha256 FROM operations ORDER BY idempotency_key")
    assert stored == [(AWKWARD, body, "NULL"), (None, {**body, "note": ""}, "")]


def test_what_cannot_be_stored_leaves_nothing_and_does_no_harm(store: OperationStore, rows: Rows) -> None:
    with pytest.raises(RowsRefused):
        store.write([command("good"), command("bad", note="no \x00 in JSON")])
    assert rows("SELECT count(*) FROM operations") == [(0,)]
    assert told(store.write([command("good")])) == [(True, "a")]


def test_a_connection_that_was_cut_is_opened_anew(store: OperationStore, rows: Rows) -> None:
    store.write([command("before")])
    rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cashbeat-ingress'")
    with pytest.raises(Unavailable):
        store.write([command("lost")])
    assert told(store.write([command("lost"), command("before")])) == [(True, "a"), (False, "a")]
