"""What we were told to do."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from schemas.messages.base import Message

# One message stays well under 8 kB, and one transaction's share of locks well below a second.
SET_IDS_MAX = 100


class RunCommand(Message):
    """Run this stored operation. The Celery task id is the operation id."""

    task = "commands.run"
    queue = "commands"

    id: UUID


class RunSet(Message):
    """Run these stored operations, those of one kind together."""

    task = "commands.run_set"
    queue = "commands"

    ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=SET_IDS_MAX)]


class SubmitCommand(Message):
    """Store a command that a product sent through the broker, then run it. The same caller and key store it once."""

    task = "commands.submit"
    queue = "commands"

    kind: Annotated[str, Field(min_length=1, max_length=100)]
    body: dict[str, Any]
    caller: Annotated[str, Field(pattern=r"^app/[a-z0-9][a-z0-9-]{0,59}$")]
    idempotency_key: Annotated[str, Field(min_length=1, max_length=255)]


MESSAGES: tuple[type[Message], ...] = (RunCommand, RunSet, SubmitCommand)
