"""Ring the bell: publish a message by its task's name. Never raises; what was not heard is rung again by the sweep."""

import time
from collections import defaultdict
from collections.abc import Iterable
from itertools import islice
from uuid import UUID

import structlog
from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from schemas.messages import TOPICS
from schemas.messages.base import Message

log = structlog.get_logger(__name__)

# After a failed publish the broker is left alone for this long: a frozen one costs each try five seconds.
SILENCE_SECONDS = 5.0


class Bell:
    """One process's way to the broker."""

    def __init__(self, app: Celery) -> None:
        self.app = app
        self._silent_until = 0.0

    def ring(self, message: Message, *, task_id: UUID | None = None, queue: str | None = None) -> bool:
        """Publish; true when the broker took it. False costs nothing but time: the row is safe and due."""
        if time.monotonic() < self._silent_until:
            return False
        try:
            self.app.send_task(
                message.task,
                kwargs=message.model_dump(mode="json"),
                task_id=str(task_id) if task_id else None,
                queue=queue or message.queue,
                # the ids are in the kwargs already; Flower shows them
                ignore_result=True,
            )
        except (OperationalError, RedisError, OSError) as error:
            self._silent_until = time.monotonic() + SILENCE_SECONDS
            log.warning("bell_not_heard", task=message.task, error=str(error))
            return False
        return True

    def ring_for(self, staged: Iterable[tuple[str, UUID]]) -> None:
        """Ring for outbox rows, a bounded number of ids per message."""
        by_message = defaultdict(list)
        for topic, row_id in staged:
            by_message[TOPICS[topic]].append(row_id)
        for message_class, ids in by_message.items():
            remaining = iter(ids)
            while batch := tuple(islice(remaining, message_class.ids_max)):
                self.ring(message_class(ids=batch))
