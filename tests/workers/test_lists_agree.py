"""Lists that must agree are one list, or compared here."""

import importlib
import pkgutil
from collections.abc import Sized
from inspect import signature
from types import ModuleType

import pytest

import beat_schedule
from billing import commands as verbs
from billing.agenda.duties import SWEEPS
from billing.commands.sets import SETS
from billing.commands.verbs import VERBS
from calls.run_command import CALLS, CALLS_OF_GATEWAY_RUN
from calls.send_emails import EMAILS
from database.operations import AUDITED
from schemas import commands, messages
from schemas.commands import COMMANDS
from schemas.messages import MESSAGES, TOPICS
from schemas.messages.emails import SendEmails
from schemas.permissions import BY_NAME
from workers.celery_app import app, load_tasks
from workers.queues import QUEUE_NAMES


def test_every_message_has_its_task_and_every_task_its_message() -> None:
    load_tasks()
    ours = {name for name, task in app.tasks.items() if task.__module__.startswith("tasks.")}
    assert ours == {message.task for message in MESSAGES}


def test_every_message_goes_to_a_queue_that_a_worker_group_serves() -> None:
    assert {message.queue for message in MESSAGES} <= set(QUEUE_NAMES)
    for message in MESSAGES:
        assert app.amqp.router.route({}, message.task)["queue"].name == message.queue


def test_every_email_topic_has_a_renderer() -> None:
    assert {topic for topic, message in TOPICS.items() if message is SendEmails} == set(EMAILS)


def test_every_command_has_a_verb_or_a_call_and_a_known_permission() -> None:
    assert set(COMMANDS.values()) == {*VERBS, *CALLS}
    assert not VERBS.keys() & CALLS.keys()
    assert CALLS_OF_GATEWAY_RUN.keys() <= VERBS.keys()
    assert {command.permission for command in COMMANDS.values()} <= set(BY_NAME)
    assert all(len(signature(verb).parameters) == 4 for verb in VERBS.values())


def test_every_command_that_is_its_own_audit_is_left_out_where_entries_are_missed() -> None:
    left_out = ", ".join(f"'{kind}'" for kind, command in COMMANDS.items() if command.is_own_audit)
    assert f"kind NOT IN ({left_out})" in AUDITED


def test_what_comes_in_numbers_is_carried_out_in_sets_and_alone() -> None:
    assert {command for command in COMMANDS.values() if command.in_sets} == set(SETS)
    assert SETS.keys() <= VERBS.keys()


def test_every_duty_of_the_calendar_has_a_tick_and_a_name_of_its_own() -> None:
    ticks = {entry["task"] for entry in beat_schedule.SCHEDULE.values()}
    assert {message.task for message in SWEEPS} <= ticks
    names = [duty.name for duties in SWEEPS.values() for duty in duties]
    assert len(names) == len(set(names))


def test_every_queue_has_a_heart_and_every_tick_a_task() -> None:
    assert set(beat_schedule.HEARTS) == set(QUEUE_NAMES)
    assert {entry["task"] for entry in beat_schedule.SCHEDULE.values()} <= {message.task for message in MESSAGES}


@pytest.mark.parametrize(
    ("package", "name", "collected"),
    [
        (verbs, "VERBS", VERBS),
        (verbs, "SETS", SETS),
        (commands, "COMMANDS", COMMANDS),
        (messages, "MESSAGES", MESSAGES),
        (messages, "TOPICS", TOPICS),
    ],
)
def test_what_each_area_says_is_collected_and_said_once(package: ModuleType, name: str, collected: Sized) -> None:
    areas = [
        importlib.import_module(each.name) for each in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
    ]
    said = [getattr(area, name, ()) for area in areas]
    assert sum(len(part) for part in said if part is not collected) == len(collected)
