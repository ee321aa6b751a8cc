"""Reads the envelope of a Stripe event without trusting a byte of it. The ingress does this for every webhook."""

import re
from datetime import UTC, datetime
from typing import Any

import orjson

from gateways.envelope import Envelope, EventRefused

BODY_BYTES_MAX = 512 * 1024  # Stripe's events stay far below; the ingress stops reading at the same size
DEPTH_MAX = 64  # Stripe's deepest objects have about twelve levels
CREATED_MAX = 253_402_300_799  # the last second of the year 9999, the last that datetime knows

_is_event_id = re.compile(r"evt_[A-Za-z0-9_]{1,240}").fullmatch
_is_event_type = re.compile(r"[A-Za-z0-9_.]{1,128}").fullmatch
_is_api_version = re.compile(r"[A-Za-z0-9_.-]{0,64}").fullmatch
_NO_BRACKET = bytes(byte for byte in range(256) if byte not in b"{[")


def read_envelope(body: bytes) -> Envelope:
    """The envelope of an event as it came in.

    Raises EventRefused unless the body is one UTF-8 JSON object of at most 512 KiB and 64 levels that calls itself an
    event and has a usable id, type and time. Such a body holds no raw NUL; escaped ones are left alone.
    """
    return envelope_of(load_event(body))


def load_event(body: bytes) -> dict[str, Any]:
    """The event as JSON, within the same limits. Of a key given twice the last counts, as in PostgreSQL's jsonb."""
    if len(body) > BODY_BYTES_MAX:
        raise EventRefused("the body is too large")
    try:
        event = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise EventRefused("the body is not JSON in UTF-8") from error
    if not isinstance(event, dict) or event.get("object") != "event":
        raise EventRefused("the body is not an event")
    # counting brackets is four times faster than walking, and settles it for all but the largest events
    if len(body.translate(None, _NO_BRACKET)) > DEPTH_MAX and _is_deeper_than(event, DEPTH_MAX):
        raise EventRefused("the body is nested too deeply")
    return event


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


def _is_deeper_than(value: object, depth_max: int) -> bool:
    """Level by level and without recursion: the parser alone would allow a thousand levels."""
    level = [value]
    for _ in range(depth_max):
        level = [inner for outer in level for inner in _containers_in(outer)]
        if not level:
            return False
    return True


def _containers_in(outer: Any) -> list[Any]:
    values = outer.values() if isinstance(outer, dict) else outer
    return [value for value in values if isinstance(value, dict | list)]
