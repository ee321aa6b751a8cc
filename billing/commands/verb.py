"""What a verb of a command is, and what it answers: the result of its operation, as JSON."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from database.operations import Operation

Result = dict[str, Any]
Verb = Callable[[Session, Operation, Any, datetime], Result]


def cause_of(operation: Operation) -> str:
    """What makes the effects of an operation unique."""
    return f"operation/{operation.id}"
