"""One call of the API, as a value: what is asked for, and of which shape the answer is. Nothing here sends anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Shape = TypeVar("Shape", covariant=True)
# the value of what is not sent: null may mean something of its own
LEFT_OUT: Any = type("LeftOut", (), {"__repr__": lambda self: "LEFT_OUT"})()


@dataclass(frozen=True)
class Call(Generic[Shape]):
    """A request of the API whose answer has this shape."""

    method: str
    path: str
    query: Mapping[str, Any]
    body: Mapping[str, Any] | None = None


class Query(Call[Shape]):
    """Shows something; the shape is that of the answer."""


class List(Call[Shape]):
    """Shows a page of a list; the shape is that of one item."""


class Say(Call[Shape]):
    """Hands a command over; the shape is that of its result."""


class File(Call[bytes]):
    """Fetches a file."""


def given(**values: Any) -> dict[str, Any]:
    """Those that are not left out."""
    return {name: value for name, value in values.items() if value is not LEFT_OUT}
