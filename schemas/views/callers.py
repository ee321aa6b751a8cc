"""Keys and people who call the API, as it shows them to those who look after it."""

from datetime import datetime
from uuid import UUID

from schemas.views.base import View
from schemas.views.operations import OperationView


class ApiKeyView(View):
    """A key, without its secret. `account_ids` null: every account; `last_used_at` may lag behind by a minute."""

    id: UUID
    name: str
    hint: str
    scopes: list[str]
    account_ids: list[UUID] | None
    staff_id: UUID | None
    requests_per_minute_max: int | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class StaffMemberView(View):
    """One of the company's own people."""

    id: UUID
    name: str
    email: str
    role: str
    created_at: datetime
    ended_at: datetime | None


class StaffRoleView(StaffMemberView):
    """The same, whose role is another one now; and the one before."""

    role_before: str


class NewKeyView(OperationView):
    """A command that makes a key, and the `key`. Null where this is a repeat: it was in the first answer alone."""

    key: str | None
