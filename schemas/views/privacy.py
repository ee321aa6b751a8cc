"""A copy of all that is known of an account."""

from datetime import datetime
from uuid import UUID

from schemas.views.base import View


class ExportView(View):
    """How far a copy has come: `parts_done` of `parts` are written. Ready, it can be fetched until `expires_at`."""

    id: UUID
    account_id: UUID
    status: str
    parts: int
    parts_done: int
    size_bytes: int
    asked_at: datetime
    ready_at: datetime | None
    expires_at: datetime | None
