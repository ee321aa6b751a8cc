"""Commands, and how they went."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from schemas.views.base import View

# one that waits for a second person is not finished, and becomes so when that one has decided, or nobody does in time
Status = Literal["queued", "running", "awaiting_approval", "succeeded", "failed", "parked"]


class OperationView(View):
    """A command and how it went. `result` comes with succeeded, `problem` (RFC 9457) with failed and parked."""

    id: UUID
    kind: str
    status: Status
    attempts: int
    created_at: datetime
    finished_at: datetime | None = None
    result: dict[str, Any] | None = None
    problem: dict[str, Any] | None = None
