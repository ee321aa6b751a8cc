"""What waits for a second person."""

from datetime import datetime
from typing import Any
from uuid import UUID

from schemas.views.base import View


class ApprovalView(View):
    """A command that was stopped; `id` is its operation's.

    `status`: waiting, approved, done, refused, stale or expired. `effect` is what it would do, `amount` of `unit`
    (minor units of a currency, or credits) what the limit was asked about. Whoever approves sends back `fingerprint`.
    """

    id: UUID
    kind: str
    account_id: UUID | None
    effect: dict[str, Any]
    fingerprint: str
    amount: int
    unit: str
    status: str
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    decided_by: str
    decided_at: datetime | None
    reason: str
