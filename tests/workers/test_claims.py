"""Claims: who works on a row, what a dead worker leaves behind, and how each family of error ends."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, text, update
from sqlalchemy.orm import Session
from structlog.contextvars import get_contextvars, merge_contextvars
from structlog.testing import capture_logs

from billing.errors import Rejected, Unavailable
from database.engine import Database
from database.inbox import InboxEvent, remember
from database.memory import ATTEMPTS_MAX, WorkState
from database.operations import Operation, stage_command
from database.sweep import overdue
from workers import claims


def _remember(database: Database, *event_ids: str) -> list[UUID]:
    with database.transaction() as session:
        return remember(session, "stripe", [(event_id, "test.event", "{}") for event_id in event_ids])


def _operation(database: Database) -> UUID:
    with database.transaction() as session:
        return stage_command(session, "open_account", {}, "test")


def _reload(database: Database, memory: type[Any], row_id: UUID) -> Any:
    with database.transaction() as session:
        return session.get_one(memory, row_id)


def _nothing(session: Session) -> None:
    return None


def test_a_row_is_taken_finished_and_then_nobody_finds_it(bare_database: Database) -> None:
    ids = _remember(bare_database, "evt_1", "evt_2")
    taken = claims.take(bare_database, InboxEvent, ids)
    assert [row.event_id for row in taken] == ["evt_1", "evt_2"]
    assert claims.finish(bare_database, taken[0], _nothing)
    assert not claims.finish(bare_database, taken[0], _nothing)
    assert [row.event_id for row in claims.take(bare_database, InboxEvent, ids)] == ["evt_2"]


def test_while_one_worker_holds_the_row_another_passes_by(bare_database: Database) -> None:
    [row] = claims.take(bare_database, InboxEvent, _remember(bare_database, "evt_1"))
    with bare_database.transaction() as session:
        session.execute(text("SELECT FROM inbox FOR UPDATE"))
        assert claims.take(bare_database, InboxEvent, [row.id]) == []
        assert not claims.finish(bare_database, row, _nothing)
    assert claims.finish(bare_database, row, _nothing)


def test_the_effect_and_the_mark_are_one_transaction(bare_database: Database) -> None:
    [row] = claims.take(bare_database, InboxEvent, _remember(bare_database, "evt_1"))

    def effect_then_crash(session: Session) -> None:
        session.execute(text("UPDATE inbox SET error = 'half written'"))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        claims.finish(bare_database, row, effect_then_crash)
    after = _reload(bare_database, InboxEvent, row.id)
    assert (after.state, after.error) == (WorkState.READY, None)


def test_a_lease_keeps_others_away_until_it_runs_out_and_its_late_holder_writes_nothing(
    bare_database: Database,
) -> None:
    operation_id = _operation(bare_database)
    [slow] = claims.take(bare_database, Operation, [operation_id])
    assert claims.lease(bare_database, slow)
    assert claims.take(bare_database, Operation, [operation_id]) == []

    with bare_database.transaction() as session:
        session.execute(update(Operation).values(lease_until=func.now()))
    [quick] = claims.take(bare_database, Operation, [operation_id])
    assert claims.lease(bare_database, quick)
    assert not claims.finish(bare_database, slow, lambda session: {"by": "the late one"})
    assert claims.finish(bare_database, quick, lambda session: {"by": "the new holder"})
    assert _reload(bare_database, Operation, operation_id).result == {"by": "the new holder"}


def test_a_row_that_kills_its_worker_each_time_is_parked(bare_database: Database) -> None:
    [row_id] = _remember(bare_database, "evt_poison")
    for attempt in range(ATTEMPTS_MAX):
        assert [row.attempts for row in claims.take(bare_database, InboxEvent, [row_id])] == [attempt + 1]
    assert claims.take(bare_database, InboxEvent, [row_id]) == []
    parked = _reload(bare_database, InboxEvent, row_id)
    assert (parked.state, parked.error) == (WorkState.PARKED, "out of attempts: the worker died each time")


def test_a_suspect_among_many_is_left_alone_until_it_is_asked_for_alone(bare_database: Database) -> None:
    ids = _remember(bare_database, "evt_1", "evt_2")
    for _ in range(claims.SUSPECT_ATTEMPTS):
        assert len(claims.take(bare_database, InboxEvent, ids)) == 2
    assert claims.take(bare_database, InboxEvent, ids) == []
    assert [row.event_id for row in claims.take(bare_database, InboxEvent, ids[:1])] == ["evt_1"]
    assert [row.attempts for row in claims.take(bare_database, InboxEvent, ids, with_suspects=True)] == [4, 3]


def test_what_is_logged_bears_the_ids_of_the_row_that_it_is_about(bare_database: Database) -> None:
    """And never those of the one before it in the batch."""
    first, second = claims.take(bare_database, InboxEvent, _remember(bare_database, "evt_1", "evt_2"))
    with capture_logs([merge_contextvars]) as lines:
        with claims.attempt(bare_database, first):
            raise Unavailable("the gateway sleeps")
        claims.postpone(bare_database, second, timedelta(seconds=5), "the gateway is asked by others", is_tried=False)
    assert [(line["event"], line["event_id"]) for line in lines] == [("try_later", "evt_1"), ("postponed", "evt_2")]
    assert get_contextvars() == {}


def test_a_row_that_is_parked_for_its_dead_workers_is_told_of(bare_database: Database) -> None:
    ids = _remember(bare_database, "evt_1")
    with bare_database.transaction() as session:
        session.execute(update(InboxEvent).values(attempts=ATTEMPTS_MAX))
    with capture_logs() as lines:
        assert claims.take(bare_database, InboxEvent, ids) == []
    assert [(line["event"], line["log_level"], line["event_id"]) for line in lines] == [("parked", "error", "evt_1")]


def test_each_family_of_error_ends_in_its_own_way_and_neighbours_go_on(bare_database: Database) -> None:
    ids = _remember(bare_database, "evt_1", "evt_2", "evt_3", "evt_4")
    errors = [Rejected("declined", "No."), Unavailable("down"), ZeroDivisionError("bug"), None]
    for row, error in zip(claims.take(bare_database, InboxEvent, ids), errors, strict=True):
        with claims.attempt(bare_database, row):
            if error is not None:
                raise error
            claims.finish(bare_database, row, _nothing)
    rows = [_reload(bare_database, InboxEvent, row_id) for row_id in ids]
    assert [row.state for row in rows] == [WorkState.REJECTED, WorkState.READY, WorkState.PARKED, WorkState.DONE]
    assert rows[0].error == "declined: No."
    assert "ZeroDivisionError: bug" in rows[2].error


def test_weather_waits_longer_each_time_and_is_parked_at_last(bare_database: Database) -> None:
    [row_id] = _remember(bare_database, "evt_1")
    waits: list[float] = []
    for _ in range(ATTEMPTS_MAX):
        [row] = claims.take(bare_database, InboxEvent, [row_id])
        with claims.attempt(bare_database, row):
            raise Unavailable("gateway is down")
        with bare_database.transaction() as session:
            wait = session.scalar(text("SELECT extract(epoch FROM next_attempt_at - now()) FROM inbox"))
            waits.append(float(wait))
            session.execute(update(InboxEvent).values(next_attempt_at=func.now()))
    assert waits[:6] == sorted(waits[:6])
    assert 3 < waits[0] < 7
    assert _reload(bare_database, InboxEvent, row_id).state is WorkState.PARKED


def test_the_other_side_may_ask_for_a_longer_wait() -> None:
    assert claims.wait_seconds(1, retry_after_seconds=90.0) == 90.0
    assert 4 <= claims.wait_seconds(1, None) <= 6
    assert claims.wait_seconds(50, None) <= 6 * 3_600 * (1 + claims.JITTER)


def test_the_sweep_rings_for_what_is_due_and_unheard_only(bare_database: Database) -> None:
    heard, unheard, later, leased = _remember(bare_database, "evt_1", "evt_2", "evt_3", "evt_4")
    with bare_database.transaction() as session:
        changes: dict[UUID, dict[str, Any]] = {
            heard: {"hinted_at": func.now()},
            unheard: {"hinted_at": func.now() - text("interval '21 seconds'")},
            later: {"next_attempt_at": func.now() + text("interval '1 hour'")},
            leased: {"lease_until": func.now() + text("interval '1 minute'")},
        }
        for row_id, values in changes.items():
            session.execute(update(InboxEvent).where(InboxEvent.id == row_id).values(values))
    with bare_database.transaction() as session:
        assert overdue(session, InboxEvent, 10) == [unheard]
    with bare_database.transaction() as session:
        assert overdue(session, InboxEvent, 10) == []


def test_the_same_command_staged_twice_is_one_operation(bare_database: Database) -> None:
    with bare_database.transaction() as session:
        ids = {stage_command(session, "open_account", {"name": "x"}, "app", "key-1") for _ in range(3)}
        assert len(ids) == 1
        assert session.scalar(text("SELECT count(*) FROM operations")) == 1
