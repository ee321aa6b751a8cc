"""What an answer that nobody can read tells: nothing. Whether the request had its effect is unknown."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from billing.errors import Unavailable

Read = TypeVar("Read")
Parameters = ParamSpec("Parameters")

# what reading an object without a field, or with one of another kind, can end in
READING_ERRORS = (KeyError, IndexError, TypeError, AttributeError, ValueError, ArithmeticError)


@dataclass(frozen=True, slots=True)
class Readers:
    """Those of one vendor's answers."""

    vendor: str

    def reader(self, read: Callable[Parameters, Read]) -> Callable[Parameters, Read]:
        """A reader of answers: what it cannot read is Unavailable (ambiguous), not a bug of ours."""

        @functools.wraps(read)
        def read_or_refuse(*arguments: Parameters.args, **options: Parameters.kwargs) -> Read:
            try:
                return read(*arguments, **options)
            except READING_ERRORS as error:
                raise self.unreadable(f"({type(error).__name__} in {read.__name__})") from error

        return read_or_refuse

    def unreadable(self, what: str) -> Unavailable:
        """An answer came that tells nothing."""
        return Unavailable(f"{self.vendor}'s answer {what} cannot be read", ambiguous=True)
