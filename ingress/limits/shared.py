"""What all doors count together, in the broker: requests that arrive together are counted in one round trip.

Nobody waits for a broker that is away: then each process counts by itself, with its share of each limit. That is never
more than all of them together had, and what was taken is not lost with the broker: it is only a hint to ring, and an
operation is a row.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from ingress import metrics
from ingress.limits.alone import CountsAlone
from ingress.limits.rates import Bucket, Standing
from ingress.limits.script import SCRIPT, arguments_of, standings_of

log = structlog.get_logger(__name__)

SCHEMES = ("redis", "rediss")
# a round trip takes less than a thousandth of a second; on a machine that does nothing but wait for this, a tenth
ANSWER_SECONDS_MAX = 0.25
AWAY_SECONDS = 1.0  # how long a broker that did not answer is left alone
BATCH_MAX = 128  # about a millisecond of the broker's time
# After several were counted together, requests are collected for so long before the next round trip, which costs a
# process as much as answering one of them. Who comes alone never waits.
GATHER_SECONDS = 0.001
GATHER_REQUESTS_MIN = 2


@dataclass(slots=True, eq=False)
class _Waiting:
    buckets: Sequence[Bucket]
    answer: "asyncio.Future[list[Standing]]"


class SharedCounts:
    """One process's way to the counts of all. Lives in the event loop."""

    def __init__(self, broker_url: str, processes: int) -> None:
        self._processes = processes
        self._alone = CountsAlone()
        self._broker = _connected(broker_url)
        self._script = self._broker.register_script(SCRIPT) if self._broker is not None else None
        self._waiting: list[_Waiting] = []
        self._is_busy = False
        self._counting: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[None] | None = None

    async def take(self, buckets: Sequence[Bucket]) -> list[Standing]:
        """One request from each bucket, or from none where one of them refuses."""
        if self._script is None or self._is_away:
            return self._taken_alone(buckets)
        waiting = _Waiting(buckets, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._counting is None or self._counting.done():
            self._counting = asyncio.create_task(self._count())
        return await waiting.answer

    async def stop(self) -> None:
        """Close the connection."""
        for task in (self._counting, self._looking):
            if task is not None:
                task.cancel()
        if self._broker is not None:
            await self._broker.aclose()

    @property
    def _is_away(self) -> bool:
        return self._looking is not None and not self._looking.done()

    async def _count(self) -> None:
        """What waits, a batch after the other: what arrives while one is under way is counted by the next."""
        while self._waiting:
            if self._is_busy and len(self._waiting) < BATCH_MAX:
                await asyncio.sleep(GATHER_SECONDS)
            batch, self._waiting = self._waiting[:BATCH_MAX], self._waiting[BATCH_MAX:]
            self._is_busy = len(batch) >= GATHER_REQUESTS_MIN
            answers = await self._asked([waiting.buckets for waiting in batch])
            for waiting, answer in zip(batch, answers, strict=True):
                if not waiting.answer.done():
                    waiting.answer.set_result(answer)

    async def _asked(self, requests: Sequence[Sequence[Bucket]]) -> list[list[Standing]]:
        if not self._is_away:
            try:
                return await self._shared(requests)
            except (RedisError, OSError) as error:
                log.warning("rate_limits_alone", error=str(error) or type(error).__name__)
            except Exception:  # whatever it is, nobody is let through uncounted, and nobody waits for it
                log.exception("rate_limits_failed")
            await self._hang_up()
            self._looking = asyncio.create_task(self._look_until_it_answers())
        return [self._taken_alone(buckets) for buckets in requests]

    async def _shared(self, requests: Sequence[Sequence[Bucket]]) -> list[list[Standing]]:
        assert self._script is not None  # noqa: S101 - nobody asks where there is no broker
        keys, arguments = arguments_of(requests)
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            return standings_of(requests, await self._script(keys, arguments))

    async def _look_until_it_answers(self) -> None:
        while True:
            await asyncio.sleep(AWAY_SECONDS)
            try:
                await self._shared([])
            except (RedisError, OSError):
                await self._hang_up()
            else:
                log.info("rate_limits_shared")
                return

    async def _hang_up(self) -> None:
        """A late answer must not be read as that to another question."""
        if self._broker is not None:
            with suppress(RedisError, OSError):
                await self._broker.connection_pool.disconnect(inuse_connections=True)

    def _taken_alone(self, buckets: Sequence[Bucket]) -> list[Standing]:
        """By this process's share of each limit."""
        metrics.RATE_LIMITED_ALONE.inc()
        shares = [replace(bucket, per_minute=max(1, bucket.per_minute // self._processes)) for bucket in buckets]
        return self._alone.take(shares)


def _connected(broker_url: str) -> "Redis | None":
    """Connections are opened when they are needed, and one is enough; None for a broker that cannot count.

    What is asked has a time limit as a whole (`_shared`): one more for each step of it would cost more than the step.
    """
    if urlsplit(broker_url).scheme not in SCHEMES:
        return None
    broker: Redis = Redis.from_url(
        broker_url,
        socket_timeout=None,
        socket_connect_timeout=ANSWER_SECONDS_MAX,
        retry=Retry(NoBackoff(), 0),
    )
    return broker
