"""What commands said is emptied once nobody asks about it any more; their keys stay taken."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from database.engine import Database
from database.ids import operation_id
from database.memory import WorkState
from database.operations import Operation, empty_operations, stage_command
from tests.billing.subscribers import utc

KEPT = timedelta(days=400)
LONG_AGO, LATELY = utc("2020-01-01 10:00"), utc("2099-01-01 10:00")


def _finished(database: Database, key: str, at: datetime | None, state: WorkState) -> UUID:
    with database.transaction() as session:
        staged = stage_command(session, "open_account", {"name": "Zerlinde"}, "app/shop", key)
        done = update(Operation).where(Operation.id == staged)
        session.execute(done.values(finished_at=at, state=state, result={"name": "Zerlinde"}))
    return staged


def test_old_ones_are_emptied_and_their_keys_stay_taken(database: Database) -> None:
    old = _finished(database, "zerlinde", LONG_AGO, WorkState.DONE)
    young = _finished(database, "young", LATELY, WorkState.DONE)
    parked = _finished(database, "parked", LONG_AGO, WorkState.PARKED)
    with database.transaction() as session:
        assert empty_operations(session, KEPT, 10) == 1
        assert empty_operations(session, KEPT, 10) == 0, "once"
    with database.transaction() as session:
        rows = {row.id: row for row in session.scalars(select(Operation))}
    assert (rows[old].body, rows[old].result, rows[old].idempotency_key) == ({"erased": True}, {"erased": True}, None)
    assert rows[young].body == rows[parked].body == {"name": "Zerlinde"}
    assert operation_id("app/shop", "zerlinde") == old
    with database.transaction() as session:
        assert stage_command(session, "open_account", {"name": "Zerlinde"}, "app/shop", "zerlinde") == old
        assert session.get_one(Operation, old).body == {"erased": True}, "a repeat is the same row"


def test_some_at_a_time(database: Database) -> None:
    for number in range(3):
        _finished(database, str(number), LONG_AGO, WorkState.DONE)
    with database.transaction() as session:
        assert [empty_operations(session, KEPT, 2) for _ in range(3)] == [2, 1, 0]
