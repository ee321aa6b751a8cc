"""What a verb of a command is, and what it answers: the result of its operation, as JSON."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from billing.errors import Rejected
from database.operations import Operation

Result = dict[str, Any]
Verb = Callable[[Session, Operation, Any, datetime], Result]
# Several commands of one class in one transaction, with the time it is for each of their accounts: an answer to each,
# in their order. A refusal is its command's own.
SetVerb = Callable[[Session, Sequence[tuple[Operation, Any]], Mapping[UUID, datetime]], Sequence[Result | Rejected]]


def cause_of(operation: Operation) -> str:
    """What makes the effects of an operation unique."""
    return f"operation/{operation.id}"
