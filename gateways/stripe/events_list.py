"""The events of the past (https://docs.stripe.com/api/events/list)."""

import heapq
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from gateways.ports import EVENTS_LIMIT
from gateways.stripe.calls import Calls, window
from gateways.stripe.shapes import Json

EVENT_TYPES_LIMIT = 20  # the most that Stripe filters by


class EventsList(Calls):
    """Lists events of chosen types."""

    def list_events(
        self,
        *,
        created_after: datetime,
        types: Sequence[str],
        created_before: datetime | None = None,
        limit: int = EVENTS_LIMIT,
    ) -> Iterator[bytes]:
        """Events as JSON, newest first, at most 30 days back; see EventsList.

        More types than Stripe filters by are asked for in several lists, which are merged as they are read. One list
        without a filter would be mostly of types that nobody asked for, and would meet its limit far too early.
        """
        if not types:
            raise ValueError("events are listed by their types")
        created = window(created_after, created_before)
        lists = [self._all("/v1/events", created | {"types": chosen}) for chosen in _types_per_list(types)]
        for event in islice(heapq.merge(*lists, key=_created, reverse=True), limit):
            yield json.dumps(event, separators=(",", ":")).encode()


def _types_per_list(types: Sequence[str]) -> list[list[str]]:
    """Each type once, so that each event is in one list only."""
    distinct = list(dict.fromkeys(types))
    return [distinct[start : start + EVENT_TYPES_LIMIT] for start in range(0, len(distinct), EVENT_TYPES_LIMIT)]


def _created(event: Json) -> int:
    created: int = event["created"]
    return created
