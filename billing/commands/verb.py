"""What a verb of a command is, and what it answers: the result of its operation, as JSON."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from billing.clocks.wall import Wall
from billing.errors import Rejected
from database.operations import Operation

Result = dict[str, Any]
Verb = Callable[[Session, Operation, Any, datetime], Result]
# Several commands of one class in one transaction: an answer to each, in their order. A refusal is its command's own.
SetVerb = Callable[[Session, Sequence[tuple[Operation, Any]], Wall], Sequence[Result | Rejected]]


def cause_of(operation: Operation) -> str:
    """What makes the effects of an operation unique."""
    return f"operation/{operation.id}"
