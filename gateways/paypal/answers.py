"""What an answer must be before anybody reads it: JSON, and an object of the name that was asked about.

A proxy in between, or a fault at PayPal, may say 200 to anything. Such an answer tells nothing: whether the request had
its effect is unknown, as if none had come.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, ParamSpec, TypeVar

import orjson

from billing.errors import Unavailable
from gateways.paypal.shapes import Json

Read = TypeVar("Read")
Parameters = ParamSpec("Parameters")

# what reading an object without a field, or with one of another kind, can end in
READING_ERRORS = (KeyError, IndexError, TypeError, AttributeError, ValueError, ArithmeticError)


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


def reader(read: Callable[Parameters, Read]) -> Callable[Parameters, Read]:
    """A reader of answers: what it cannot read is Unavailable (ambiguous), not a bug of ours."""

    @functools.wraps(read)
    def read_or_refuse(*arguments: Parameters.args, **options: Parameters.kwargs) -> Read:
        try:
            return read(*arguments, **options)
        except READING_ERRORS as error:
            raise unreadable(f"({type(error).__name__} in {read.__name__})") from error

    return read_or_refuse


def unreadable(what: str) -> Unavailable:
    """An answer came that tells nothing."""
    return Unavailable(f"PayPal's answer {what} cannot be read", ambiguous=True)
