"""An operator lets parked work run again through the API, or decides against it; both are written down."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from database.audit.queries import Wanted, list_entries
from database.engine import Database
from database.inbox import InboxEvent, remember
from database.memories import Memory
from database.memory import WorkState
from database.operations import Operation, stage_command
from database.outbox import OutboxEntry, stage
from tests.billing.deciders import Deciders
from workers.wiring import Work

GAVE_UP = {"state": WorkState.PARKED, "attempts": 8, "finished_at": func.now(), "error": "ValueError: no"}
FIELDS: dict[str, tuple[type[Memory], str]] = {
    "operation": (Operation, "operation_id"),
    "inbox_event": (InboxEvent, "inbox_id"),
    "follow_up": (OutboxEntry, "outbox_id"),
}


@pytest.fixture
def operators(hands: Work, database: Database, books_of_owner: Database) -> Deciders:
    """Mo and Jo, who decide about work."""
    return Deciders(hands, books_of_owner)


@pytest.fixture
def parked(books_of_owner: Database, account_id: UUID) -> dict[str, UUID]:
    """One row in each memory that has given up: a command, an event, and a mail that was refused."""
    with books_of_owner.transaction() as session:
        command_id = stage_command(session, "end_auto_top_up", {"account_id": str(account_id)}, "somebody")
        (event_id,) = remember(session, "stripe", [("evt_7", "charge.refunded", "{}")])
        stage(session, "low_credits", account_id, "low_credits/7")
        session.execute(update(Operation).values({**GAVE_UP, "problem": {"status": 500}}))
        session.execute(update(InboxEvent).values(GAVE_UP))
        mail = update(OutboxEntry).where(OutboxEntry.cause == "low_credits/7")
        session.execute(mail.values({**GAVE_UP, "state": WorkState.REJECTED}))
        mail_id = session.scalars(select(OutboxEntry.id).where(OutboxEntry.cause == "low_credits/7")).one()
    return {"operation": command_id, "inbox_event": event_id, "follow_up": mail_id}


def _row(operators: Deciders, kind: str, row_id: UUID) -> Any:
    with operators.work.database.transaction() as session:
        return session.get_one(FIELDS[kind][0], row_id)


def _say(operators: Deciders, verb: str, kind: str, row_id: UUID, **more: str) -> str:
    return operators.outcome(operators.say("mo", f"{verb}_{kind}", **{FIELDS[kind][1]: str(row_id)}, **more))


@pytest.mark.parametrize("kind", FIELDS)
def test_what_is_replayed_has_all_its_attempts_again(operators: Deciders, parked: dict[str, UUID], kind: str) -> None:
    row_id = parked[kind]
    assert _say(operators, "replay", kind, row_id) == "done"
    row = _row(operators, kind, row_id)
    assert (row.state, row.attempts, row.error, row.finished_at) == (WorkState.READY, 0, None, None)
    # as long as it waits by itself there is nothing to be decided
    assert _say(operators, "discard", kind, row_id, reason="never") == "work_not_parked"
    assert _say(operators, "replay", kind, row_id) == "work_not_waiting"
    if kind == "operation":
        assert row.problem is None


@pytest.mark.parametrize("kind", FIELDS)
def test_what_is_discarded_stays_with_who_decided_so_and_why(
    operators: Deciders, parked: dict[str, UUID], kind: str
) -> None:
    row_id = parked[kind]
    assert _say(operators, "discard", kind, row_id, reason="it was made up") == "done"
    row = _row(operators, kind, row_id)
    assert (row.state, row.discarded_by, row.discarded_because) == ("discarded", "key/Mo", "it was made up")
    assert _say(operators, "replay", kind, row_id) == "work_not_waiting"
    with operators.work.database.transaction() as session:
        (whole,), _ = list_entries(session, Wanted(action=f"discard_{kind}"), None, 10)
    table = FIELDS[kind][0].__tablename__
    assert (whole.entry.actor_name, whole.reason) == ("Mo", "it was made up")
    states = whole.before[f"{table}/{row_id}"]["state"], whole.after[f"{table}/{row_id}"]["state"]
    assert states == ("rejected" if kind == "follow_up" else "parked", "discarded")


def test_a_command_that_was_parked_is_carried_out_after_its_replay(
    operators: Deciders, parked: dict[str, UUID]
) -> None:
    """Whoever gave it asks for the same operation, and it is done now."""
    assert _say(operators, "replay", "operation", parked["operation"]) == "done"
    operators.run(parked["operation"])
    row = operators.row(parked["operation"])
    assert (row.state, row.attempts, row.problem) == (WorkState.DONE, 1, None)


def test_what_was_put_off_keeps_its_attempts_and_is_tried_soon(operators: Deciders, books_of_owner: Database) -> None:
    with books_of_owner.transaction() as session:
        (event_id,) = remember(session, "stripe", [("evt_8", "charge.refunded", "{}")])
        later = func.now() + func.make_interval(0, 0, 0, 0, 5)
        session.execute(update(InboxEvent).values(attempts=3, error="stripe has no time", next_attempt_at=later))
    assert _say(operators, "replay", "inbox_event", event_id) == "done"
    row = _row(operators, "inbox_event", event_id)
    assert (row.state, row.attempts) == (WorkState.READY, 3)
    assert (row.next_attempt_at - row.created_at).total_seconds() < 120


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("operation", "operation_not_found"),
        ("inbox_event", "inbox_event_not_found"),
        ("follow_up", "follow_up_not_found"),
    ],
)
def test_what_is_not_there_is_not_decided_about(operators: Deciders, kind: str, word: str) -> None:
    assert _say(operators, "replay", kind, uuid4()) == word
    assert _say(operators, "discard", kind, uuid4(), reason="never") == word
