"""The stores fail under the door, as `python -m ingress` runs it. What was answered with 2xx is there, always."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import psycopg2
import pytest

from settings import Settings
from stack.postgres import EmbeddedPostgres
from stack.valkey import EmbeddedValkey
from tests.ingress.deliveries import deliver, event
from tests.ingress.running_door import as_process

Rows = Callable[..., list[tuple[Any, ...]]]
ANSWER_SECONDS_MAX = 2.0


@pytest.fixture
def door_process(settings: Settings) -> Iterator[httpx.Client]:
    with as_process(settings) as (client, _process):
        yield client


def test_while_postgresql_is_stopped_the_answer_is_503_and_a_redelivery_is_stored(
    door_process: httpx.Client, postgres_server: EmbeddedPostgres, rows: Rows
) -> None:
    assert deliver(door_process, event("evt_before")).status_code == 200
    postgres_server.stop()
    try:
        for _ in range(3):
            refused, seconds = _timed(lambda: deliver(door_process, event("evt_during")))
            assert refused.status_code == 503
            assert int(refused.headers["retry-after"]) > 0
            assert refused.headers["content-type"] == "application/problem+json"
            assert seconds < ANSWER_SECONDS_MAX
        assert door_process.get("/healthz").status_code == 200
        assert door_process.get("/readyz").json()["database"] == "unreachable"
        assert "cashbeat_database_up 0.0" in door_process.get("/metrics").text
    finally:
        postgres_server.start()
    assert deliver(door_process, event("evt_during")).status_code == 200, "the sender delivers again, as Stripe does"


def test_what_was_answered_before_a_power_cut_is_there_after_it(
    door_process: httpx.Client, postgres_server: EmbeddedPostgres, database_url: str
) -> None:
    ids = [f"evt_{number}" for number in range(50)]
    assert {deliver(door_process, event(event_id)).status_code for event_id in ids} == {200}
    postgres_server.kill()
    postgres_server.start()
    connection = psycopg2.connect(database_url)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT event_id FROM inbox")
        assert {event_id for (event_id,) in cursor} == set(ids)
    connection.close()


def test_connections_cut_in_the_middle_of_commits_lose_nothing_that_was_answered(
    door_process: httpx.Client, rows: Rows
) -> None:
    taken: list[str] = []

    def send(number: int) -> None:
        if deliver(door_process, event(f"evt_{number}")).status_code == 200:
            taken.append(f"evt_{number}")

    with ThreadPoolExecutor(20) as senders:
        sending = [senders.submit(send, number) for number in range(600)]
        while not all(one.done() for one in sending):
            rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cashbeat-ingress'")
            time.sleep(0.02)
        for one in sending:
            one.result()
    stored = {event_id for (event_id,) in rows("SELECT event_id FROM inbox")}
    assert 0 < len(taken) <= len(stored)
    assert stored >= set(taken)


def test_a_database_that_hangs_is_not_waited_for(door_process: httpx.Client, rows: Rows) -> None:
    with ThreadPoolExecutor(20) as senders:  # both processes open their connections
        list(senders.map(lambda _: deliver(door_process, event()), range(40)))
    with _frozen(
        [pid for (pid,) in rows("SELECT pid FROM pg_stat_activity WHERE application_name = 'cashbeat-ingress'")]
    ):
        refused, seconds = _timed(lambda: deliver(door_process, event("evt_during")))
    assert refused.status_code == 503
    assert seconds < ANSWER_SECONDS_MAX + 0.5
    assert deliver(door_process, event("evt_during")).status_code == 200
    assert rows("SELECT count(*) FROM inbox WHERE event_id = 'evt_during'") == [(1,)]


def test_while_the_broker_is_frozen_webhooks_are_taken_in_time(
    door_process: httpx.Client, valkey_server: EmbeddedValkey, rows: Rows
) -> None:
    assert deliver(door_process, event()).status_code == 200  # the bell has its connection
    valkey_server.freeze()
    try:
        with ThreadPoolExecutor(20) as senders:
            answers = list(senders.map(lambda _: _timed(lambda: deliver(door_process, event())), range(200)))
    finally:
        valkey_server.thaw()
    assert {answer.status_code for answer, _ in answers} == {200}
    assert max(seconds for _, seconds in answers) < ANSWER_SECONDS_MAX
    assert rows("SELECT count(*) FROM inbox WHERE state = 'ready'") == [(201,)]


def test_without_a_broker_webhooks_are_taken_in_time(
    door_process: httpx.Client, valkey_server: EmbeddedValkey, rows: Rows
) -> None:
    valkey_server.stop()
    try:
        answers = [_timed(lambda: deliver(door_process, event())) for _ in range(20)]
    finally:
        valkey_server.start()
    assert {answer.status_code for answer, _ in answers} == {200}
    assert max(seconds for _, seconds in answers) < ANSWER_SECONDS_MAX
    assert rows("SELECT count(*) FROM inbox") == [(20,)]


def test_a_door_that_is_told_to_stop_answers_what_it_stored_and_stores_what_it_answered(
    settings: Settings, rows: Rows
) -> None:
    taken: list[str] = []

    def send(client: httpx.Client, number: int) -> None:
        try:
            if deliver(client, event(f"evt_{number}")).status_code == 200:
                taken.append(f"evt_{number}")
        except httpx.TransportError:
            pass  # the door was closed already; nothing was promised

    with as_process(settings) as (client, process), ThreadPoolExecutor(20) as senders:
        sending = [senders.submit(send, client, number) for number in range(400)]
        while len(taken) < 50:
            time.sleep(0.005)
        process.terminate()
        assert process.wait(10) == 0
        for one in sending:
            one.result()
    assert len(taken) >= 50
    assert {event_id for (event_id,) in rows("SELECT event_id FROM inbox")} == set(taken)


def _timed(act: Callable[[], httpx.Response]) -> tuple[httpx.Response, float]:
    started_at = time.monotonic()
    answer = act()
    return answer, time.monotonic() - started_at


@contextmanager
def _frozen(pids: list[int]) -> Iterator[None]:
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
