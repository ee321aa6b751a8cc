"""Reads Resend's events without trusting a byte of them. https://resend.com/docs/dashboard/webhooks/event-types"""

import re
from datetime import UTC, datetime
from typing import Any

from gateways.envelope import Envelope, EventRefused
from gateways.event_bodies import load_body

_is_event_type = re.compile(r"[a-z_]{1,40}\.[a-z_]{1,40}").fullmatch


def load_event(body: bytes) -> dict[str, Any]:
    """The event as JSON, within the limits of all vendors. Raises EventRefused."""
    return load_body(body, _is_event)


def envelope_of(event: dict[str, Any], event_id: str) -> Envelope:
    """The envelope of an event already loaded. Raises EventRefused."""
    event_type = event["type"]
    if not _is_event_type(event_type):
        raise EventRefused("the event's type is unusable")
    return Envelope(event_id, event_type, "", moment_of(event))


def moment_of(event: dict[str, Any]) -> datetime:
    """When it happened, in UTC. Raises EventRefused for what is no instant."""
    written = event.get("created_at")
    try:
        # some of their texts have a blank for the T, and an offset of hours alone
        told = datetime.fromisoformat(written) if isinstance(written, str) else None
        if told is not None and told.tzinfo is not None:
            return told.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise EventRefused("the event's time is unusable")


def _is_event(event: dict[str, Any]) -> bool:
    return isinstance(event.get("type"), str) and isinstance(event.get("data"), dict)
