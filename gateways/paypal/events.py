"""Reads the envelope of a PayPal event without trusting a byte of it.

https://developer.paypal.com/docs/api/webhooks/v1/#webhooks-events
"""

import re
from datetime import UTC, datetime
from typing import Any

from gateways.envelope import Envelope, EventRefused
from gateways.event_bodies import load_body

_is_event_id = re.compile(r"WH-[A-Za-z0-9-]{1,128}").fullmatch
_is_event_type = re.compile(r"[A-Z0-9_.-]{1,128}").fullmatch
_is_version = re.compile(r"[0-9.]{0,16}").fullmatch
_is_time = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z", re.ASCII).fullmatch


def read_envelope(body: bytes) -> Envelope:
    """The envelope of an event as it came in.

    Raises EventRefused unless the body is one UTF-8 JSON object of at most 512 KiB and 64 levels that has a usable id,
    type and time. Such a body holds no raw NUL; escaped ones are left alone.
    """
    return envelope_of(load_event(body))


def load_event(body: bytes) -> dict[str, Any]:
    """The event as JSON, within the same limits."""
    return load_body(body, _calls_itself_event)


def envelope_of(event: dict[str, Any]) -> Envelope:
    """The envelope of an event already loaded. Raises EventRefused."""
    event_id, event_type = event.get("id", ""), event.get("event_type", "")
    version = event.get("resource_version") or ""  # events of the older resources have none
    try:
        usable = _is_event_id(event_id) and _is_event_type(event_type) and _is_version(version)
    except TypeError as error:
        raise EventRefused("the event's id, type or version is not text") from error
    if not usable:
        raise EventRefused("the event's id, type or version is unusable")
    return Envelope(event_id, event_type, version, _created(event))


def read_time(text: str) -> datetime | None:
    """An instant in the one form that PayPal writes, `2026-11-30T02:08:48Z`; None for anything else."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if _is_time(text) else None
    except ValueError:
        return None


def _created(event: dict[str, Any]) -> datetime:
    text = event.get("create_time")
    created = read_time(text) if isinstance(text, str) else None
    if created is None:
        raise EventRefused("the event's time is unusable")
    return created


def _calls_itself_event(event: dict[str, Any]) -> bool:
    return isinstance(event.get("resource"), dict)
