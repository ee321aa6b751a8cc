"""What has happened, for the product: a list to poll."""

from billing.events.queries import show_event
from ingress.entries.entry import Asks, Entry, ShowsOne
from ingress.queries.events import EventFilter, events

ROOT = "/v1/events/"

ENTRIES = (
    Entry("GET", ROOT, Asks("events:read", EventFilter, events)),
    Entry("GET", f"{ROOT}{{id:uuid}}/", ShowsOne("events:read", show_event)),
)
