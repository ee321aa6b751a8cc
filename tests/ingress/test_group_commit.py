"""Many arrive together: few commits, each caller answered after its own, a bad row alone refused."""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any
from uuid import UUID

import httpx
import psycopg2
import pytest

from billing.errors import Unavailable
from ingress import group_commit
from ingress.group_commit import GroupCommit, RowsRefused
from ingress.inbox_store import ArrivedEvent, InboxStore
from tests.ingress.deliveries import deliver, event
from tests.logins import as_door

Rows = Callable[..., list[tuple[Any, ...]]]
DELIVERIES = 200


def arrived(event_id: str, body: bytes = b"{}") -> ArrivedEvent:
    return ArrivedEvent("stripe", event_id, "charge.succeeded", body)


def ignore(events: Any, outcomes: Any) -> None:
    """For tests in which nobody rings."""


class Held:
    """A store whose first commit does not end before `may_end`; its rows go into the real one."""

    def __init__(self, url: str) -> None:
        self._store = InboxStore(url)
        self.has_begun, self.may_end = threading.Event(), threading.Event()
        self.interrupt, self.close = self._store.interrupt, self._store.close

    def write(self, rows: Sequence[ArrivedEvent]) -> Sequence[UUID | Exception | None]:
        """See `Store.write`."""
        self.has_begun.set()
        self.may_end.wait()
        return self._store.write(rows)


def test_two_hundred_at_once_are_each_stored_once(door: httpx.Client, rows: Rows) -> None:
    with ThreadPoolExecutor(50) as senders:
        answers = list(senders.map(lambda _: deliver(door, event()), range(DELIVERIES)))
    assert {answer.status_code for answer in answers} == {200}
    assert rows("SELECT count(*) FROM inbox") == [(DELIVERIES,)]


def test_what_arrives_during_a_commit_shares_the_next(database_url: str, rows: Rows) -> None:
    held = Held(as_door(database_url))

    async def story() -> None:
        inbox = GroupCommit(held, ignore)
        inbox.start()
        first = asyncio.ensure_future(inbox.submit(arrived("evt_first"), 2))
        await asyncio.to_thread(held.has_begun.wait)
        others = [asyncio.ensure_future(inbox.submit(arrived(f"evt_{number}"), 2)) for number in range(100)]
        await asyncio.sleep(0)
        held.may_end.set()
        assert None not in await asyncio.gather(first, *others)
        await inbox.stop()

    asyncio.run(story())
    assert rows("SELECT count(*), count(DISTINCT xmin::text) FROM inbox") == [(101, 2)]


def test_what_waits_together_is_one_commit(database_url: str, rows: Rows) -> None:
    async def story() -> list[UUID | None]:
        inbox = GroupCommit(InboxStore(as_door(database_url)), ignore)
        inbox.start()
        outcomes = await asyncio.gather(*(inbox.submit(arrived(f"evt_{number % 90}"), 2) for number in range(100)))
        await inbox.stop()
        return outcomes

    outcomes = asyncio.run(story())
    assert outcomes.count(None) == 10, "the ten duplicates within the batch are known, not new"
    assert sorted(rows("SELECT id::text FROM inbox")) == sorted((str(row_id),) for row_id in outcomes if row_id)
    assert rows("SELECT count(*), count(DISTINCT xmin::text) FROM inbox") == [(90, 1)]


def test_of_a_batch_with_known_events_the_new_ones_are_stored(database_url: str, rows: Rows) -> None:
    store = InboxStore(as_door(database_url))
    first = store.write([arrived("evt_1"), arrived("evt_3")])
    second = store.write([arrived(f"evt_{number}") for number in range(5)])
    store.close()
    assert None not in first
    assert [number for number, row_id in enumerate(second) if row_id is None] == [1, 3]
    stored = rows("SELECT id::text, state, hinted_at IS NOT NULL FROM inbox")
    expected = [(str(row_id), "ready", True) for row_id in (*first, *second) if row_id]
    assert sorted(stored) == sorted(expected), "the door rings for all of them, so none waits for the sweep"


def test_one_row_that_cannot_be_stored_fails_alone(database_url: str, rows: Rows) -> None:
    # the door lets no such text through; the store has to be safe without it
    ids = [f"evt_{number}" for number in range(20)] + ["evt_\x00"] + [f"evt_{number}" for number in range(20, 40)]

    async def story() -> list[UUID | BaseException | None]:
        inbox = GroupCommit(InboxStore(as_door(database_url)), ignore)
        inbox.start()
        waiting = [inbox.submit(arrived(event_id), 2) for event_id in ids]
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        await inbox.stop()
        return outcomes

    outcomes = asyncio.run(story())
    assert isinstance(outcomes[20], RowsRefused)
    assert all(isinstance(outcome, UUID) for outcome in outcomes if outcome is not outcomes[20])
    assert rows("SELECT count(*) FROM inbox") == [(40,)]


def test_a_table_that_is_locked_costs_an_answer_within_two_seconds_and_no_row(
    door: httpx.Client, database_url: str, rows: Rows
) -> None:
    assert deliver(door, event()).status_code == 200
    with closing(psycopg2.connect(database_url)) as migration, migration.cursor() as cursor:
        cursor.execute("LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE")
        started_at = time.monotonic()
        refused = deliver(door, event("evt_late"))
        assert time.monotonic() - started_at < 2.5
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    assert rows("SELECT count(*) FROM inbox WHERE event_id = 'evt_late'") == [(0,)]
    assert deliver(door, event("evt_late")).status_code == 200


def test_a_full_queue_says_so_at_once(database_url: str) -> None:
    async def story() -> None:
        inbox = GroupCommit(InboxStore(as_door(database_url)), ignore)
        inbox.start()
        waiting = [
            asyncio.ensure_future(inbox.submit(arrived(f"evt_{number}"), 2))
            for number in range(group_commit.WAITING_ROWS_MAX)
        ]
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            await inbox.submit(arrived("evt_one_too_many"), 2)
        assert all(await asyncio.gather(*waiting))
        with pytest.raises(Unavailable):
            await inbox.submit(arrived("evt_too_large"), group_commit.WAITING_BYTES_MAX + 1)
        await inbox.stop()

    asyncio.run(story())


def test_who_stops_commits_and_answers_first(database_url: str, rows: Rows) -> None:
    async def story() -> None:
        inbox = GroupCommit(InboxStore(as_door(database_url)), ignore)
        inbox.start()
        waiting = [asyncio.ensure_future(inbox.submit(arrived(f"evt_{number}"), 2)) for number in range(300)]
        await asyncio.sleep(0)
        await inbox.stop()
        assert all([await answer for answer in waiting])
        with pytest.raises(Unavailable):
            await inbox.submit(arrived("evt_after"), 2)

    asyncio.run(story())
    assert rows("SELECT count(*) FROM inbox") == [(300,)]


def test_two_processes_that_take_the_same_events_in_another_order_never_wait_for_each_other(
    database_url: str, rows: Rows
) -> None:
    """Without an agreed order they would deadlock, and both senders would be refused."""
    ids = [f"evt_{number}" for number in range(100)]

    def write(order: list[str]) -> None:
        store = InboxStore(as_door(database_url))
        for _ in range(5):
            store.write([arrived(f"{event_id}_{_}") for event_id in order])
        store.close()

    with ThreadPoolExecutor(2) as processes:
        list(processes.map(write, [ids, ids[::-1]]))
    assert rows("SELECT count(*) FROM inbox") == [(500,)]
