"""Commands about who may call: keys of servers, the company's own people, and their keys."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AfterValidator, Field, Strict, StringConstraints

from schemas.commands.base import Command
from schemas.emails import Email
from schemas.instants import Instant
from schemas.json_shapes import shape
from schemas.names import Name
from schemas.permissions import SCOPES, WHOLE_SCOPES, StaffRole
from schemas.views.callers import ApiKeyView, StaffMemberView, StaffRoleView

# a key for more accounts than this is one for all, or several
ACCOUNTS_MAX = 1_000


def _known(scope: str) -> str:
    if scope not in SCOPES:
        raise ValueError(f"must be a permission, or one of {', '.join(WHOLE_SCOPES)}")
    return scope


Scope = Annotated[str, AfterValidator(_known), shape("credits:read", component="Scope", enum=list(SCOPES))]
RequestsPerMinute = Annotated[int, Strict(), Field(ge=1, le=10_000_000)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Hint = Annotated[str, StringConstraints(pattern=r"^cb_sk_[A-Za-z0-9_-]{4}…[A-Za-z0-9_-]{4}$")]


class MakesKey(Command):
    """Base of those that make a key. The door draws it and shows it in its answer alone; here is what stands for it."""

    drawn: ClassVar[frozenset[str]] = frozenset({"secret_sha256", "hint"})

    secret_sha256: Sha256
    hint: Hint


class CreateApiKey(MakesKey):
    """Make a key for a server: its `key` is in this answer alone.

    It may do what its `scopes` say, all of which its maker may, for `account_ids` alone where some are given. One that
    moves the company's money, decides, or makes keys needs a second person.
    """

    kind = "create_api_key"
    permission = "callers:write"
    result_view = ApiKeyView

    name: Name
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1, max_length=len(SCOPES))]
    account_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=ACCOUNTS_MAX)] | None = None
    expires_at: Instant | None = None
    requests_per_minute_max: RequestsPerMinute | None = None


class RevokeApiKey(Command):
    """End a key, of a server or of staff. It is worth nothing within seconds."""

    kind = "revoke_api_key"
    permission = "callers:write"
    result_view = ApiKeyView

    key_id: UUID


class AddStaffMember(Command):
    """Write down one of the company's own people. A second person has to approve it."""

    kind = "add_staff_member"
    permission = "callers:write"
    result_view = StaffMemberView

    name: Name
    email: Email
    role: StaffRole


class OfStaff(Command):
    """Base of those about one of the company's own people."""

    staff_id: UUID


class ChangeStaffRole(OfStaff):
    """Let somebody do what another role may. A second person has to approve it."""

    kind = "change_staff_role"
    permission = "callers:write"
    result_view = StaffRoleView

    role: StaffRole


class EndStaffMember(OfStaff):
    """End somebody: all their keys are worth nothing within seconds."""

    kind = "end_staff_member"
    permission = "callers:write"
    result_view = StaffMemberView


class CreateStaffKey(MakesKey, OfStaff):
    """Make a key of one of the staff, who may do with it what their role may: its `key` is in this answer alone.

    It counts once a second person has approved it.
    """

    kind = "create_staff_key"
    permission = "callers:write"
    result_view = ApiKeyView

    expires_at: Instant | None = None


COMMANDS: tuple[type[Command], ...] = (
    CreateApiKey, RevokeApiKey, AddStaffMember, ChangeStaffRole, EndStaffMember, CreateStaffKey,
)  # fmt: skip
