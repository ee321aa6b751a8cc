"""Reads the envelope of a Stripe event without trusting a byte of it. The ingress does this for every webhook."""

import re
from datetime import UTC, datetime
from typing import Any

from gateways.envelope import Envelope, EventRefused
from gateways.event_bodies import load_body

CREATED_MAX = 253_402_300_799  # the last second of the year 9999, the last that datetime knows

_is_event_id = re.compile(r"evt_[A-Za-z0-9_]{1,240}").fullmatch
_is_event_type = re.compile(r"[A-Za-z0-9_.]{1,128}").fullmatch
_is_api_version = re.compile(r"[A-Za-z0-9_.-]{0,64}").fullmatch


def read_envelope(body: bytes) -> Envelope:
    """The envelope of an event as it came in.

    Raises EventRefused unless the body is one UTF-8 JSON object of at most 512 KiB and 64 levels that calls itself an
    event and has a usable id, type and time. Such a body holds no raw NUL; escaped ones are left alone.
    """
    return envelope_of(load_event(body))


def load_event(body: bytes) -> dict[str, Any]:
    """The event as JSON, within the same limits."""
    return load_body(body, _calls_itself_event)


def envelope_of(event: dict[str, Any]) -> Envelope:
    """The envelope of an event already loaded. Raises EventRefused."""
    event_id, event_type, created = event.get("id", ""), event.get("type", ""), event.get("created")
    # null in events from before Stripe recorded versions
    api_version = event.get("api_version") or ""
    try:
        usable = _is_event_id(event_id) and _is_event_type(event_type) and _is_api_version(api_version)
    except TypeError as error:
        raise EventRefused("the event's id, type or version is not text") from error
    if not usable:
        raise EventRefused("the event's id, type or version is unusable")
    if type(created) is not int or not 0 <= created <= CREATED_MAX:
        raise EventRefused("the event's time is unusable")
    return Envelope(event_id, event_type, api_version, datetime.fromtimestamp(created, UTC))


def _calls_itself_event(event: dict[str, Any]) -> bool:
    return event.get("object") == "event"
