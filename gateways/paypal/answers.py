"""What an answer must be before anybody reads it: JSON, and an object of the name that was asked about.

A proxy in between, or a fault at PayPal, may say 200 to anything. Such an answer tells nothing: whether the request had
its effect is unknown, as if none had come.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from gateways.paypal.shapes import Json
from gateways.readers import Readers

_answers = Readers("PayPal")
reader, unreadable = _answers.reader, _answers.unreadable


class Answer(NamedTuple):
    """An answer as it came; names of headers in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def loaded(answer: Answer) -> Any:
    """Its JSON. Raises Unavailable (ambiguous) where it is none."""
    try:
        return orjson.loads(answer.body)
    except orjson.JSONDecodeError as error:
        raise unreadable(f"of HTTP {answer.status}") from error


def an_object(found: object) -> Json:
    """Any object. Raises Unavailable (ambiguous) for anything else."""
    if not isinstance(found, Mapping):
        raise unreadable("is no object")
    return found


def named_object(found: object, reference: str = "", *, name: str = "id") -> Json:
    """An object with an id, which is the one that was asked about. Raises Unavailable (ambiguous) for anything else."""
    told = an_object(found)
    named = told.get(name)
    if not isinstance(named, str) or not named or reference not in ("", named):
        raise unreadable("is of something else")
    return told
