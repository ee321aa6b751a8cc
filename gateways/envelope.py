"""What the door needs of a vendor: whether a webhook is genuine, and what is stored beside its raw body."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

# as they came, names in lower case
Headers = Sequence[tuple[bytes, bytes]]


class EventRefused(ValueError):
    """The body is not an event of the vendor's, or one beyond our limits."""


class SignatureRefused(ValueError):
    """The request was not signed by the gateway, or not recently. `why` is for our log: its sender learns nothing."""

    def __init__(self, why: str) -> None:
        super().__init__(f"signature refused: {why}")


class Envelope(NamedTuple):
    """An event's name, type and time. `api_version` may be empty; `created` is aware UTC.

    `transmission_id` names one delivery of it, with vendors that give those a name. All texts are printable ASCII, so
    that they fit any text column.
    """

    event_id: str
    event_type: str
    api_version: str
    created: datetime
    transmission_id: str = ""


class Unchecked(NamedTuple):
    """An event that may be genuine: what it would be checked by is not known at the door.

    `certificate_url` is where that lies, a place of the vendor's; empty when the vendor itself is to be asked.
    `evidence` is what else its check needs beside the body, as JSON.
    """

    envelope: Envelope
    certificate_url: str
    evidence: Mapping[str, Any]


class WebhookSignature(Protocol):
    """How a vendor signs its webhooks. Nothing here asks anybody: the door answers at once.

    `is_set` is false as long as there is nothing to check by, and the door stays shut; `body_bytes_max` is the size at
    which it stops reading.
    """

    is_set: bool
    body_bytes_max: int

    def look_at(self, headers: Headers, now: float) -> None:
        """Before the body is read: raises SignatureRefused when under these headers no body could be genuine."""

    def read(self, body: bytes, headers: Headers, now: float) -> Envelope | Unchecked:
        """The envelope of a genuine event; `now` is seconds since the epoch. Raises SignatureRefused, EventRefused.

        Unchecked where that takes what is not known here: a worker finds out, and until then nobody acts on it.
        """
