"""Who watches tasks, as Flower does, sees those fail whose rows did; and nothing that comes by the minute anyway."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from celery import Celery
from kombu import Connection
from pytest_celery import CeleryTestSetup
from sqlalchemy import update

from database.memory import ATTEMPTS_MAX, WorkState
from database.operations import Operation
from schemas.messages.commands import RunCommand
from schemas.messages.upkeep import BeatHeart, SweepMemories
from tests.delivery.desk import Desk, a_checkout, an_account
from tests.scenarios.storytelling import eventually
from workers.queues import UPKEEP

Event = dict[str, Any]


class Watcher(threading.Thread):
    """Hears all events of tasks, as Flower does."""

    def __init__(self, connection: Connection, app: Celery) -> None:
        super().__init__(name="watcher", daemon=True)
        self.events: list[Event] = []
        self._receiver = app.events.Receiver(connection, handlers={"*": self.events.append})

    def run(self) -> None:
        # at once asks the workers for a sign of life
        self._receiver.capture(limit=None, timeout=None, wakeup=True)

    def stop(self) -> None:
        self._receiver.should_stop = True
        self.join()

    def told(self, kind: str) -> dict[str, Event]:
        """The events of one kind, by task id."""
        return {event["uuid"]: event for event in list(self.events) if event["type"] == kind}


@pytest.fixture
def watcher(celery_setup: CeleryTestSetup, celery_setup_app: Celery) -> Iterator[Watcher]:
    assert celery_setup.ready()
    with celery_setup_app.connection_for_read() as connection:
        watcher = Watcher(connection, celery_setup_app)
        watcher.start()
        eventually(lambda: watcher.events, "the worker's sign of life")
        yield watcher
        watcher.stop()


def _out_of_attempts(desk: Desk) -> UUID:
    """A command whose worker died each time."""
    row_id = desk.accept(an_account())
    with desk.database.transaction() as session:
        session.execute(update(Operation).where(Operation.id == row_id).values(attempts=ATTEMPTS_MAX))
    return row_id


def test_a_refused_row_and_a_parked_one_are_failures_with_their_reason(desk: Desk, watcher: Watcher) -> None:
    done, refused = desk.order(an_account()), desk.order(a_checkout(uuid4()))
    desk.wait(lambda: str(refused) in watcher.told("task-failed"), "the refused one to fail")
    desk.wait(lambda: str(done) in watcher.told("task-succeeded"), "the other one to succeed")
    spent = _out_of_attempts(desk)
    desk.bell.ring(RunCommand(id=spent), task_id=spent)
    desk.wait(lambda: str(spent) in watcher.told("task-failed"), "the spent one to fail")
    failed = watcher.told("task-failed")
    assert set(failed) == {str(refused), str(spent)}
    assert failed[str(refused)]["exception"].startswith(f"Refused('start_credit_checkout operation_id={refused}: ")
    assert failed[str(spent)]["exception"].startswith(f"Parked('open_account operation_id={spent}: out of attempts")
    assert (desk.row(refused).state, desk.row(spent).state) == (WorkState.REJECTED, WorkState.PARKED)


def test_a_message_that_is_none_of_ours_is_a_failure_that_says_refused(
    desk: Desk, watcher: Watcher, celery_setup_app: Celery
) -> None:
    sent = celery_setup_app.send_task(RunCommand.task, kwargs={"id": "seven"}, queue=RunCommand.queue)
    desk.wait(lambda: sent.id in watcher.told("task-failed"), "it to fail")
    assert watcher.told("task-failed")[sent.id]["exception"].startswith("Refused(")


def test_hearts_and_sweeps_are_not_told_of(desk: Desk, watcher: Watcher, celery_setup: CeleryTestSetup) -> None:
    for tick in (BeatHeart(of_queue=UPKEEP), SweepMemories(interval_seconds=1)):
        assert desk.bell.ring(tick)
    last = desk.order(an_account())
    desk.wait_done(last)
    desk.wait(lambda: str(last) in watcher.told("task-succeeded"), "the command to be told of")
    assert {event["name"] for event in watcher.told("task-received").values()} == {RunCommand.task}


def test_each_finished_row_has_one_line_with_its_ids(desk: Desk, celery_setup: CeleryTestSetup) -> None:
    done, refused = desk.order(an_account()), desk.order(a_checkout(uuid4()))
    desk.wait_done(done)
    desk.wait(lambda: desk.row(refused).state is WorkState.REJECTED, "the other to be refused")
    lines = [json.loads(line) for line in celery_setup.worker.logs().splitlines() if line.startswith("{")]
    for row_id, outcome, what in ((done, "done", "open_account"), (refused, "rejected", "start_credit_checkout")):
        (line,) = [each for each in lines if each.get("operation_id") == str(row_id) and "what" in each]
        assert (line["event"], line["what"]) == (outcome, what)
        assert line["seconds"] >= 0


def test_a_queue_that_works_touches_its_file(desk: Desk, celery_setup: CeleryTestSetup, tmp_path: Path) -> None:
    assert desk.bell.ring(BeatHeart(of_queue=UPKEEP))
    desk.wait(lambda: (tmp_path / "run" / "upkeep.pulse").exists(), "the pulse")
