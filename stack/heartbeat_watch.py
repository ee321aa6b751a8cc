"""Notices workers that are alive but no longer work, by the age of their queues' heartbeats."""

import threading
from collections.abc import Callable, Mapping, Sequence

import psycopg2

from stack.output import Output
from stack.supervisor import Supervisor
from workers.queues import WorkerGroup

PERIOD_SECONDS = 10.0
AGE_MAX_SECONDS = 120.0  # several heartbeats missed, and longer than the time limit of nearly every task
GRACE_SECONDS = 120.0  # a fresh worker gets as long for its first one
CONNECT_TIMEOUT_SECONDS = 3

AGES = "SELECT queue, extract(epoch FROM now() - beat_at)::float8 FROM heartbeats"

ReadAges = Callable[[], Mapping[str, float]]


def read_ages(database_url: str) -> dict[str, float]:
    """Seconds since the last heartbeat of each queue that ever had one. Raises psycopg2.Error when nobody answers."""
    connection = psycopg2.connect(
        database_url, connect_timeout=CONNECT_TIMEOUT_SECONDS, options="-c statement_timeout=5s"
    )
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(AGES)
            return dict(cursor.fetchall())
    finally:
        connection.close()


class HeartbeatWatch:
    """Kills a worker group that has had no heartbeat for two minutes; the supervisor starts it again.

    While PostgreSQL is away nobody is to blame, and the ages are asked for again later.
    """

    def __init__(
        self,
        supervisor: Supervisor,
        groups: Sequence[WorkerGroup],
        read: ReadAges,
        output: Output,
        period_seconds: float = PERIOD_SECONDS,
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        self._supervisor = supervisor
        self._groups = groups
        self._read = read
        self._output = output
        self._period_seconds = period_seconds
        self._grace_seconds = grace_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="heartbeat-watch", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no longer; call it before the supervisor stops."""
        self._stopping.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopping.wait(self._period_seconds):
            try:
                ages = self._read()
            except psycopg2.Error as error:
                self._output.say(f"heartbeats could not be read: {error}")
                continue
            for group in self._groups:
                self._judge(group, ages)

    def _judge(self, group: WorkerGroup, ages: Mapping[str, float]) -> None:
        # a queue that never had a heartbeat tells nothing: beat may not have rung yet
        oldest = max((ages.get(queue, 0.0) for queue in group.queues), default=0.0)
        is_settled = self._supervisor.age_seconds(group.name) > self._grace_seconds
        if oldest > AGE_MAX_SECONDS and is_settled:
            self._output.say(f"{group.name} has had no heartbeat for {oldest:.0f} s; killing it for a fresh start")
            self._supervisor.kill(group.name)
