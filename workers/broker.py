"""The broker as our processes read it: what is no message of ours ends here, with a line in the log.

It is off its list by the time it is looked at, so that leaving it there means dropping it. Nothing is lost by that:
rows are the truth, and the sweep rings again.
"""

from queue import Empty
from typing import Any

import structlog
from kombu.transport import TRANSPORT_ALIASES, redis

from workers.envelope import MessageRefused, checked, name_of

log = structlog.get_logger(__name__)

SCHEMES = ("redis", "rediss")


class Channel(redis.Channel):  # type: ignore[misc] # kombu has no types
    """Entries that are not even JSON."""

    def _brpop_read(self, **options: Any) -> bool:
        try:
            return bool(super()._brpop_read(**options))
        except (*self.connection.connection_errors, *self.connection.channel_errors, Empty):
            raise
        except Exception as error:  # a text can do many things to a parser: encoding, depth, digits, types of its own
            log.error("broker_message_refused", queues=sorted(self.active_queues), reason="no JSON", exc_info=error)
            return True


class Transport(redis.Transport):  # type: ignore[misc]
    """Entries that are not what we send."""

    Channel = Channel

    def _deliver(self, message: object, queue: str) -> None:
        try:
            known = checked(message, queue)
        except MessageRefused as refused:
            log.error("broker_message_refused", queue=queue, reason=str(refused), **name_of(message))
            return
        try:
            super()._deliver(known, queue)
        except (*self.connection_errors, *self.channel_errors):
            raise
        except Exception as error:  # a form that we did not foresee costs that one message, too
            log.error("broker_message_refused", queue=queue, reason="not foreseen", exc_info=error, **name_of(message))
            self._put_away(known["properties"]["delivery_tag"], queue)

    def _put_away(self, delivery_tag: str, queue: str) -> None:
        """As done: a worker holds so many at most, and one that nobody finishes would take a place for good."""
        for channel in self.channels:
            if queue in channel.active_queues:
                channel.basic_reject(delivery_tag, requeue=False)


def read_with_care() -> None:
    """Make this what kombu takes for a broker of such an address, in this process."""
    for scheme in SCHEMES:
        TRANSPORT_ALIASES[scheme] = f"{__name__}:{Transport.__name__}"
