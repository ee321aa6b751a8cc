"""Ask a gateway several things at once: bounded threads, at the pace that all workers share."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from datetime import timedelta
from functools import cache
from typing import Generic, TypeVar

import structlog
from sqlalchemy.orm import Session

from billing.errors import Unavailable
from billing.payments.pace import push_back, reserve
from database.engine import Database
from gateways.gateway import Gateway
from schemas.messages.base import CHARGE_IDS_MAX

log = structlog.get_logger(__name__)

# One for each row of the fullest message of charges: a call that has a slot but no thread would be late, and the late
# ones of two workers together break the rate. They only wait for the network.
THREADS = CHARGE_IDS_MAX
# A lease holds for 45 seconds and a call with its time-outs takes 23, so it begins within the first 20 or not at all.
# The last slot of a message comes after 16 at most: where the rate is low, a message's first rows alone are taken.
SLOT_WAIT_MAX = timedelta(seconds=8)
SLOTS_SECONDS_MAX = 8.0

# the lane of what only asks, see `reserve_slots`
READS = "reads"
# An answer waits so long at most for the others of its message. Far less than what a lease has left, see above.
TOGETHER_SECONDS = 0.05

Key = TypeVar("Key")
Answer = TypeVar("Answer")


def slots_max(gateway: Gateway) -> int:
    """How many calls one message may have made."""
    return max(1, int(gateway.limits.calls_per_second * SLOTS_SECONDS_MAX))


def reserve_slots(database: Database, gateway: Gateway, count: int, lane: str = "") -> float | None:
    """When the first of so many slots comes, on the monotonic clock; None, and nothing reserved, when that is not soon.

    Vendors count reads apart from what changes something: a `lane` has a pace of its own.
    """
    with database.transaction() as session:
        wait_seconds = _reserve(session, gateway, count, lane)
    if wait_seconds is None:
        log.info("no_slot_soon", gateway=gateway.name, count=count)
        return None
    return time.monotonic() + wait_seconds


def slot(gateway: Gateway, first: float, place: int) -> float:
    """When the slot at a place comes."""
    return first + place / gateway.limits.calls_per_second


def told(database: Database, gateway: Gateway, answer: Future[Answer], lane: str = "") -> Answer:
    """What was answered, or raised. Where the gateway asked for a pause, nobody reserves a slot until it is over."""
    try:
        return answer.result()
    except Unavailable as error:
        if error.retry_after_seconds is not None:
            with database.transaction() as session:
                push_back(session, _pace(gateway, lane), error.retry_after_seconds)
        raise


class SideBySide(Generic[Key, Answer]):
    """Calls under way, by what they are about. Threads talk to gateways and to nothing else."""

    def __init__(self) -> None:
        self._running: dict[Future[Answer], Key] = {}

    def call(self, key: Key, job: Callable[[], Answer], at: float = 0.0) -> None:
        """Begin a call at an instant of the monotonic clock, with a copy of this task's log context."""

        def run() -> Answer:
            time.sleep(max(0.0, at - time.monotonic()))
            return job()

        self._running[_threads().submit(copy_context().run, run)] = key

    def read_all(
        self, database: Database, gateway: Gateway, questions: Mapping[Key, Callable[[], Answer]]
    ) -> Sequence[Key]:
        """Begin these calls at the pace of the gateway's reads; returns those that get no slot soon."""
        keys = list(questions)
        asked = keys[: slots_max(gateway)]
        first_slot = reserve_slots(database, gateway, len(asked), READS)
        if first_slot is None:
            return keys
        for place, key in enumerate(asked):
            self.call(key, questions[key], slot(gateway, first_slot, place))
        return keys[len(asked) :]

    def take_answered(self) -> Mapping[Key, Future[Answer]]:
        """Those that are answered by now, in the order of their calls; none: all were taken.

        What is answered in quick succession is taken together: it is written in one transaction, which costs little
        more than one of a single answer.
        """
        if not self._running:
            return {}
        answered, _ = wait(self._running, timeout=TOGETHER_SECONDS)
        if not answered:
            answered, _ = wait(self._running, return_when=FIRST_COMPLETED)
        in_order = [future for future in self._running if future in answered]
        return {self._running.pop(future): future for future in in_order}


def _reserve(session: Session, gateway: Gateway, count: int, lane: str) -> float | None:
    return reserve(session, _pace(gateway, lane), count, gateway.limits.calls_per_second, SLOT_WAIT_MAX)


def _pace(gateway: Gateway, lane: str) -> str:
    return f"{gateway.name}/{lane}" if lane else gateway.name


@cache
def _threads() -> ThreadPoolExecutor:
    """Made by the first message, which is after the fork: threads do not survive one."""
    return ThreadPoolExecutor(THREADS, thread_name_prefix="gateway")
