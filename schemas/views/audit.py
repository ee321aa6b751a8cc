"""Who did what."""

from datetime import datetime
from typing import Any
from uuid import UUID

from schemas.views.base import View


class ActorView(View):
    """Who acted. `kind`: key, user, staff, product, link, operator or system; `id` as operations remember callers."""

    kind: str
    id: str
    name: str
    role: str


class AuditEntryView(View):
    """One thing that was done. `before` and `after` have the fields that changed, by table and key.

    `seq` and `hash` are null for a few seconds, until it is chained. `is_erased`: what was personal of it is gone.
    """

    id: UUID
    seq: int | None
    hash: str | None
    created_at: datetime
    actor: ActorView
    account_id: UUID | None
    action: str
    operation_id: UUID | None
    reason: str
    said: dict[str, Any]
    before: dict[str, Any]
    after: dict[str, Any]
    is_erased: bool


class AuditHeadView(View):
    """The last link of the chain: whoever keeps it can tell later whether anything before it was changed."""

    seq: int
    hash: str
