"""What Celery may find in the broker: what we send, and nothing that says how work runs."""

import json
from random import Random
from typing import Any
from uuid import uuid4

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from schemas.messages.commands import RunCommand
from tests.gauntlet.poison import genuine
from workers.celery_app import make_app
from workers.envelope import MessageRefused, checked
from workers.producer import Bell
from workers.queues import COMMANDS, QUEUE_NAMES

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
SAID_BY_THE_SENDER: list[tuple[str, object]] = [
    ("timelimit", [None]),
    ("timelimit", [1, 2]),
    ("expires", "2030-01-01T00:00:00+00:00"),
    ("eta", "2030-01-01T00:00:00+00:00"),
    ("compression", "gzip"),
    ("group", "g"),
    ("id", ["a"]),
    ("task", "no.such.task"),
    ("retries", 10**9),
    ("argsrepr", "x" * 10_000),
]


def an_entry() -> dict[str, Any]:
    return genuine(Random(1), COMMANDS)  # noqa: S311 - repeatable, not secret


def test_what_we_ring_comes_through_as_it_was_sent(broker_url: str) -> None:
    assert Bell(make_app(broker_url)).ring(RunCommand(id=uuid4()))
    with redis.Redis.from_url(broker_url) as client:
        entry = json.loads(client.rpop(COMMANDS))
    known = checked(entry, COMMANDS)
    assert (known["body"], known["properties"]["delivery_tag"]) == (entry["body"], entry["properties"]["delivery_tag"])
    assert known["headers"].items() <= entry["headers"].items()


@pytest.mark.parametrize(("header", "value"), SAID_BY_THE_SENDER)
def test_how_work_runs_is_not_for_the_sender_to_say(header: str, value: object) -> None:
    entry = an_entry()
    checked(entry, COMMANDS)
    entry["headers"][header] = value
    with pytest.raises(MessageRefused):
        checked(entry, COMMANDS)


def test_headers_that_nobody_knows_do_not_reach_celery() -> None:
    entry = an_entry()
    entry["headers"]["called_directly"] = True
    assert "called_directly" not in checked(entry, COMMANDS)["headers"]


@given(ANY_JSON, st.sampled_from([*QUEUE_NAMES, "celeryev.1"]))
def test_no_text_in_the_broker_raises_anything_but_a_refusal(entry: object, queue: str) -> None:
    with pytest.raises(MessageRefused):
        checked(entry, queue)
