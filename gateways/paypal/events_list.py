"""The events of the past (https://developer.paypal.com/docs/api/webhooks/v1/#webhooks-events_list)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from urllib.parse import parse_qsl, urlsplit

import orjson

from billing.errors import Unavailable
from gateways.paypal.answers import reader
from gateways.paypal.calls import Calls
from gateways.paypal.shapes import Json, items_of, link, text, written
from gateways.ports import EVENTS_LIMIT

EVENTS = "/v1/notifications/webhooks-events"
PAGE_SIZE = 100
PAGES_MAX = 200  # twice what a caller is given at most; nearly all events of our webhook are of types that it asks for


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

        PayPal filters by one type at the most, so all are asked for and the others passed over here.
        """
        if not types:
            raise ValueError("events are listed by their types")
        wanted = frozenset(types)
        query = {"start_time": written(created_after), "page_size": str(PAGE_SIZE)}
        if created_before is not None:
            query["end_time"] = written(created_before)
        events = (event for event in self._events(query) if text(event, "event_type") in wanted)
        for event in islice(events, limit):
            yield orjson.dumps(event)

    def _events(self, query: dict[str, str]) -> Iterator[Json]:
        for _ in range(PAGES_MAX):
            page = self._list(EVENTS, query)
            yield from events_in(page)
            query = query_of_next(page)
            if not query:
                return
        raise Unavailable(f"more than {PAGES_MAX} pages of events in the window; narrow it")


@reader
def events_in(page: Json) -> Sequence[Json]:
    """The events of one page. Raises KeyError for what is no page of events."""
    page["events"]
    return items_of(page, "events")


@reader
def query_of_next(page: Json) -> dict[str, str]:
    """How to ask for the next page; empty after the last. Of the address only that counts: our token goes to no other.

    https://developer.paypal.com/api/rest/responses/#hateoas-links
    """
    return dict(parse_qsl(urlsplit(link(page, "next")).query))
