"""Commands about the team of an account."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from schemas.commands.accounts import AsGiven, ConfirmationToken
from schemas.commands.base import Command
from schemas.emails import Email
from schemas.json_shapes import never_null, shape
from schemas.names import Line, Name
from schemas.permissions import Role
from schemas.user_ids import UserId
from schemas.views.base import View
from schemas.views.team import (
    CanceledInvitationView,
    InvitationView,
    MemberView,
    TransferredOwnershipView,
)

SITES_MAX = 200
GIVE_OWNERSHIP = "team:owners"


def _each_once(value: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(value)) != len(value):
        raise ValueError("must name each site once")
    return value


Sites = Annotated[tuple[Name, ...], Field(max_length=SITES_MAX), AfterValidator(_each_once), shape(uniqueItems=True)]


class OfMember(Command):
    """About a member of a team."""

    member_id: UUID


class OfInvitation(Command):
    """About an invitation."""

    invitation_id: UUID


class ByMember(Command):
    """What a member does: `acting_user_id`, of a user always themselves.

    `acting_role` is what the door has found a user to be, by their token and the team: no more counts than that.
    """

    caller_field = "acting_user_id"
    caller_role_field = "acting_role"
    drawn = frozenset({"acting_role"})

    acting_user_id: UserId | None = None
    acting_role: Role | None = None


class InviteMember(ByMember):
    """Invite somebody into the team: they get a mail with a link.

    `acting_user_id` is the member who does it, of a user always themselves: their role is the highest they give.
    """

    kind = "invite_member"
    permission = "team:write"
    begins = True
    result_view: ClassVar[type[View] | None] = InvitationView

    account_id: UUID
    email: Email
    role: Role
    sites: Sites | None = None

    @property
    def needs_also(self) -> tuple[str, ...]:
        """Nobody gives a role above their own."""
        return (GIVE_OWNERSHIP,) if self.role is Role.OWNER else ()


class RepeatInvitation(OfInvitation, ByMember):
    """Send the mail again, with another link; the one before ends. It can be accepted for seven more days."""

    kind = "repeat_invitation"
    permission = "team:write"
    begins = True
    result_view = InvitationView


class CancelInvitation(OfInvitation, ByMember):
    """Call an invitation off: its link opens nothing any more."""

    kind = "cancel_invitation"
    permission = "team:write"
    result_view = CanceledInvitationView


class AcceptInvitation(Command):
    """Join a team: whoever has the token of an invitation has read the mail. A token is good once.

    `user_id` is the product's id of who joins, of a user always their own.
    """

    kind = "accept_invitation"
    permission = "team:join"
    is_by_token = True
    result_view = MemberView
    caller_field = "user_id"

    token: ConfirmationToken
    user_id: UserId
    name: Line = ""


class LeaveTeam(Command):
    """Leave the team. `user_id` is who leaves, of a user always themselves. The last owner stays."""

    kind = "leave_team"
    permission = "team:leave"
    result_view = MemberView
    caller_field = "user_id"

    account_id: UUID
    user_id: UserId


class RemoveMember(OfMember, ByMember):
    """Take somebody out of the team: what they ask from then on is refused. The last owner stays."""

    kind = "remove_member"
    permission = "team:write"
    result_view = MemberView


class ChangeRole(AsGiven, OfMember, ByMember):
    """Give a member another role, or other sites, null: all. What is left out stays."""

    kind = "change_role"
    permission = "team:write"
    result_view = MemberView

    role: Role | None = None
    sites: Sites | None = None

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [never_null("role"), {"anyOf": [{"required": ["role"]}, {"required": ["sites"]}]}],
        }
    )

    @model_validator(mode="after")
    def _says_something(self) -> "ChangeRole":
        given = self.model_fields_set
        if not given & {"role", "sites"}:
            raise ValueError("must have a role, or sites")
        if "role" in given and self.role is None:
            raise ValueError("role can be changed and not cleared")
        return self

    @property
    def needs_also(self) -> tuple[str, ...]:
        """Nobody gives a role above their own."""
        return (GIVE_OWNERSHIP,) if self.role is Role.OWNER else ()


class TransferOwnership(ByMember):
    """Make another member the owner; the one who was it stays as an admin.

    That is `acting_user_id`, of a user always themselves; without one it is the owner whom the account names.
    """

    kind = "transfer_ownership"
    permission = "team:transfer"
    result_view = TransferredOwnershipView

    account_id: UUID
    member_id: UUID


COMMANDS: tuple[type[Command], ...] = (
    InviteMember,
    RepeatInvitation,
    CancelInvitation,
    AcceptInvitation,
    LeaveTeam,
    RemoveMember,
    ChangeRole,
    TransferOwnership,
)
