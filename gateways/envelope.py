"""What is stored beside an event's raw body, whichever vendor sent it."""

from datetime import datetime
from typing import NamedTuple


class EventRefused(ValueError):
    """The body is not an event of the vendor's, or one beyond our limits."""


class Envelope(NamedTuple):
    """An event's name, type and time. `api_version` may be empty; `created` is aware UTC.

    All texts are printable ASCII, so that they fit any text column.
    """

    event_id: str
    event_type: str
    api_version: str
    created: datetime
