"""What was typed at the terminal, held to the types that the API holds its callers to."""

from typing import Any

from pydantic import TypeAdapter, ValidationError

from stack.errors import StackError


def checked(kind: Any, value: Any, called: str) -> Any:
    """The value as this type takes it; raises StackError, whose sentence calls it as the person did."""
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        reason = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        raise StackError(f"{called} {value!r}: {reason}") from error
