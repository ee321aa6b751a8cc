"""An event's body becomes JSON, within limits that no vendor's events come near."""

from collections.abc import Callable
from typing import Any

import orjson

from gateways.envelope import EventRefused

BODY_BYTES_MAX = 512 * 1024  # events have a few kilobytes; the ingress stops reading at the same size
DEPTH_MAX = 64  # the deepest objects of any vendor have about twelve levels

_NO_BRACKET = bytes(byte for byte in range(256) if byte not in b"{[")


def load_body(body: bytes, is_event: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The object that a body holds. Of a key given twice the last counts, as in PostgreSQL's jsonb.

    Raises EventRefused unless it is one UTF-8 JSON object of at most 512 KiB and 64 levels that `is_event`.
    """
    if len(body) > BODY_BYTES_MAX:
        raise EventRefused("the body is too large")
    try:
        event = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise EventRefused("the body is not JSON in UTF-8") from error
    if not isinstance(event, dict) or not is_event(event):
        raise EventRefused("the body is not an event")
    # counting brackets is four times faster than walking, and settles it for all but the largest events
    if len(body.translate(None, _NO_BRACKET)) > DEPTH_MAX and _is_deeper_than(event, DEPTH_MAX):
        raise EventRefused("the body is nested too deeply")
    return event


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
