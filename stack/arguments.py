"""What was typed at the terminal, held to the types that the API holds its callers to."""

import re
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from schemas.instants import Instant
from schemas.refusals import refusals
from stack.errors import StackError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def checked(kind: Any, value: Any, called: str) -> Any:
    """The value as this type takes it; raises StackError, whose sentence calls it as the person did."""
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        _, reason = next(refusals(error))
        raise StackError(f"{called} {value!r}: {reason}") from error


def instant(text: str | None, called: str) -> datetime | None:
    """What was typed as a time with its offset, or as a day, which is its first moment in UTC; None for nothing."""
    if text is None:
        return None
    begun = f"{text}T00:00:00Z" if _DAY.fullmatch(text) else text
    found: datetime = checked(Instant, begun, called)
    return found
