"""Teams of accounts."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from schemas.permissions import Role
from schemas.views.base import View


class MemberView(View):
    """Somebody who may act for the account. `sites` are those that they work with, null: all."""

    id: UUID
    account_id: UUID
    user_id: str
    email: str
    name: str
    role: Role
    sites: list[str] | None
    joined_at: datetime


class SeatsView(View):
    """Members and open invitations take a seat each. `most`: null where there is no limit, 0 without a plan."""

    used: int
    most: int | None


class TeamView(View):
    """Everybody who may act for an account, by when they joined.

    `is_kept`: users of the account are held to it. Before anybody was invited it is the owner alone, and a user's token
    alone says what they may do.
    """

    account_id: UUID
    is_kept: bool
    members: list[MemberView]
    seats: SeatsView


class InvitationStatus(StrEnum):
    """Whether it can be accepted."""

    OPEN = "open"
    EXPIRED = "expired"


class InvitationView(View):
    """Somebody who is invited and has not answered. `invited_by`: the user id of who did it, empty for the product."""

    id: UUID
    account_id: UUID
    email: str
    role: Role
    sites: list[str] | None
    status: InvitationStatus
    invited_by: str
    mails: int
    mailed_at: datetime
    expires_at: datetime
    created_at: datetime


class InvitationsView(View):
    """All that wait for an answer, the newest first."""

    account_id: UUID
    invitations: list[InvitationView]


class CanceledInvitationView(View):
    """The invitation that was called off: its link opens nothing any more."""

    id: UUID
    account_id: UUID


class OpenInvitationView(View):
    """What whoever has the link is told: who invites whom, and to what."""

    account_id: UUID
    account_name: str
    email: str
    role: Role
    sites: list[str] | None
    expires_at: datetime


class TransferredOwnershipView(View):
    """The new owner, and what became of the one before."""

    account_id: UUID
    owner: MemberView
    former_owner: MemberView
