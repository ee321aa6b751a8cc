"""A bucket holds a minute's worth and refills evenly: in a process's own counts and in those that all doors share."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from ingress.limits.alone import BUCKETS_MAX, CountsAlone
from ingress.limits.rates import WINDOW_SECONDS, Bucket, Standing
from ingress.limits.shared import ANSWER_SECONDS_MAX, SharedCounts
from stack.valkey import EmbeddedValkey

Done = TypeVar("Done")
FEW, MANY = Bucket("key", "few", 3), Bucket("account", "many", 600)


class Clock:
    """Turned by hand."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


def _with_counts(broker_url: str, act: Callable[[SharedCounts], Awaitable[Done]], processes: int = 1) -> Done:
    async def run() -> Done:
        counts = SharedCounts(broker_url, processes)
        try:
            return await act(counts)
        finally:
            await counts.stop()

    return asyncio.run(run())


def test_so_many_at_once_and_then_one_at_a_time() -> None:
    clock = Clock()
    counts = CountsAlone(clock)
    taken = [counts.take([FEW])[0] for _ in range(4)]
    assert [each.is_refused for each in taken] == [False, False, False, True]
    assert [each.remaining for each in taken] == [2, 1, 0, 0]
    assert (taken[3].retry_after_seconds, taken[3].full_in_seconds) == (20, 60)
    clock.seconds += 19
    assert counts.take([FEW])[0].is_refused
    clock.seconds += 1
    assert not counts.take([FEW])[0].is_refused
    assert counts.take([FEW])[0].is_refused


@given(
    per_minute=st.integers(min_value=1, max_value=50),
    waits=st.lists(st.floats(min_value=0, max_value=30), min_size=1, max_size=200),
)
def test_of_any_time_no_more_than_a_bucket_and_what_was_refilled(per_minute: int, waits: list[float]) -> None:
    clock = Clock()
    counts, bucket = CountsAlone(clock), Bucket("key", "k", per_minute)
    began, allowed = clock.seconds, 0
    for wait in waits:
        clock.seconds += wait
        allowed += not counts.take([bucket])[0].is_refused
        passed = clock.seconds - began
        assert allowed <= per_minute + passed * per_minute / WINDOW_SECONDS + 1e-3


def test_what_one_bucket_refuses_takes_nothing_from_the_other(broker_url: str) -> None:
    async def take(counts: SharedCounts) -> list[list[Standing]]:
        return [await counts.take([MANY, FEW]) for _ in range(5)]

    alone = CountsAlone()
    for standings in (_with_counts(broker_url, take), [alone.take([MANY, FEW]) for _ in range(5)]):
        assert [[each.is_refused for each in pair] for pair in standings] == [[False, False]] * 3 + [[False, True]] * 2
        assert [pair[0].remaining for pair in standings] == [599, 598, 597, 597, 597]


def test_what_arrives_together_is_counted_each_by_itself(broker_url: str) -> None:
    async def take(counts: SharedCounts) -> Sequence[list[Standing]]:
        return await asyncio.gather(*(counts.take([Bucket("key", f"k{number % 7}", 10)]) for number in range(300)))

    taken = _with_counts(broker_url, take)
    assert sum(not standings[0].is_refused for standings in taken) == 70


def test_what_is_kept_in_the_broker_is_gone_when_the_bucket_is_full(broker_url: str) -> None:
    _with_counts(broker_url, lambda counts: counts.take([MANY, FEW]))
    with redis.Redis.from_url(broker_url) as broker:
        ends_in = {key: broker.pttl(key) for key in broker.keys("cashbeat:rate:*")}
    assert set(ends_in) == {b"cashbeat:rate:many", b"cashbeat:rate:few"}
    assert 0 < ends_in[b"cashbeat:rate:many"] <= 102
    assert 0 < ends_in[b"cashbeat:rate:few"] <= 20_002


@pytest.mark.parametrize("is_frozen", [True, False])
def test_without_a_broker_each_process_has_its_share_and_nobody_waits_long(
    broker_url: str, valkey_server: EmbeddedValkey, *, is_frozen: bool
) -> None:
    bucket = Bucket("key", "k", 10)

    async def take(counts: SharedCounts) -> tuple[int, float]:
        await counts.take([MANY])
        stop, start = (
            (valkey_server.freeze, valkey_server.thaw) if is_frozen else (valkey_server.stop, valkey_server.start)
        )
        stop()
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            taken = await asyncio.gather(*(counts.take([bucket]) for _ in range(40)))
            taken += [await counts.take([bucket]) for _ in range(10)]
            seconds = loop.time() - began
        finally:
            start()  # in this thread: what it starts ends with it
        for _ in range(100):
            await asyncio.sleep(0.1)
            if (await counts.take([Bucket("key", "after", 10)]))[0].bucket.per_minute == 10:
                break
        else:
            raise AssertionError("the broker answers again, and is not asked")
        return sum(not standings[0].is_refused for standings in taken), seconds

    allowed, seconds = _with_counts(broker_url, take, processes=2)
    assert allowed == 5, "half of it, as there are two processes"
    assert seconds < 2 * ANSWER_SECONDS_MAX + 0.5


def test_a_broker_that_cannot_count_is_not_asked() -> None:
    [taken] = _with_counts("amqp://broker.example:5672//", lambda counts: counts.take([FEW]), processes=3)
    assert (taken.bucket.per_minute, taken.is_refused) == (1, False)


def test_what_one_process_remembers_is_bounded() -> None:
    counts = CountsAlone()
    for number in range(BUCKETS_MAX + 100):
        counts.take([Bucket("address", str(number), 1)])
    assert len(counts._full_at) == BUCKETS_MAX
    assert counts.take([Bucket("address", str(BUCKETS_MAX + 99), 1)])[0].is_refused
