"""Reads of teams."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.accounts.rules import hash_token
from billing.accounts.tables import Account
from billing.errors import Rejected
from billing.team.tables import Invitation, InvitationLink, Member
from schemas.permissions import Role
from schemas.views.team import (
    InvitationStatus,
    InvitationsView,
    InvitationView,
    MemberView,
    OpenInvitationView,
    SeatsView,
    TeamView,
)


@dataclass(frozen=True, slots=True)
class Membership:
    """Whether an account's team is kept here, and what somebody is in it; None: they are not."""

    is_kept: bool
    role: Role | None


def membership_of(session: Session, account_id: UUID, user_id: str) -> Membership:
    """What a user is in an account's team, by its two indexes."""
    of_account = select(Member).where(Member.account_id == account_id)
    role = select(Member.role).where(Member.account_id == account_id, Member.user_id == user_id)
    found = session.execute(select(of_account.exists(), role.scalar_subquery())).one()
    return Membership(found[0], found[1])


def is_kept(session: Session, account_id: UUID) -> bool:
    """Whether the account's team is kept here: somebody was invited once."""
    return session.scalar(select(Member.id).where(Member.account_id == account_id).limit(1)) is not None


def find_member(session: Session, account_id: UUID, user_id: str) -> Member | None:
    """The member who is this user."""
    return session.scalar(select(Member).where(Member.account_id == account_id, Member.user_id == user_id))


def mail_of(session: Session, account_id: UUID, user_id: str) -> str:
    """Where somebody of an account reads their mail; where no team is kept, it is whoever reads the account's."""
    member = find_member(session, account_id, user_id)
    return member.email if member else get_account(session, account_id).billing_email


def members_of(session: Session, account_id: UUID) -> Sequence[Member]:
    """All of them, in the order in which they joined."""
    of_account = select(Member).where(Member.account_id == account_id)
    return session.scalars(of_account.order_by(Member.created_at, Member.id)).all()


def invitations_of(session: Session, account_id: UUID) -> Sequence[Invitation]:
    """All that wait, also those whose days are over, the newest first."""
    of_account = select(Invitation).where(Invitation.account_id == account_id)
    return session.scalars(of_account.order_by(Invitation.created_at.desc(), Invitation.id.desc())).all()


def count_seats(session: Session, account_id: UUID, now: datetime) -> int:
    """Members, and invitations that can be accepted; the owner of an account without members has one."""
    members = select(func.count()).select_from(Member).where(Member.account_id == account_id)
    invited = select(func.count()).select_from(Invitation)
    invited = invited.where(Invitation.account_id == account_id, Invitation.expires_at > now)
    found = session.execute(select(members.scalar_subquery(), invited.scalar_subquery())).one()
    return max(int(found[0]), 1) + int(found[1])


def find_invitation(session: Session, token: str) -> Invitation | None:
    """The one whose mail has this link, looked up by the hash: what is compared tells nobody of the token itself."""
    linked = select(Invitation).join(InvitationLink)
    return session.scalar(linked.where(InvitationLink.token_sha256 == hash_token(token)))


def account_of_member(session: Session, member_id: UUID) -> UUID | None:
    """Whose member it is; None for one that there is not."""
    return session.scalar(select(Member.account_id).where(Member.id == member_id))


def account_of_invitation(session: Session, invitation_id: UUID) -> UUID | None:
    """Into whose team; None for an invitation that there is not."""
    return session.scalar(select(Invitation.account_id).where(Invitation.id == invitation_id))


def founder(account: Account) -> Member:
    """The owner whom an account names, as its first member."""
    return Member(
        id=uuid5(account.id, account.owner),
        account_id=account.id,
        user_id=account.owner,
        email=account.billing_email,
        name="",
        role=Role.OWNER,
        sites=None,
        joined_at=account.created_at,
    )


def show_team(session: Session, account_id: UUID, most: int | None, now: datetime) -> TeamView:
    """Everybody in it; `most` is how many the plan allows. Raises Rejected `account_not_found`."""
    account = get_account(session, account_id)
    members = members_of(session, account_id)
    return TeamView(
        account_id=account_id,
        is_kept=bool(members),
        members=[view_member(member) for member in members or [founder(account)]],
        seats=SeatsView(used=count_seats(session, account_id, now), most=most),
    )


def show_invitations(session: Session, account_id: UUID, now: datetime) -> InvitationsView:
    """All that wait; `now` is the account's own time. Raises Rejected `account_not_found`."""
    get_account(session, account_id)
    waiting = [view_invitation(each, now) for each in invitations_of(session, account_id)]
    return InvitationsView(account_id=account_id, invitations=waiting)


def show_open_invitation(session: Session, token: str, now: datetime) -> OpenInvitationView:
    """What whoever has the link may know. Raises Rejected `invitation_not_found`."""
    found = find_invitation(session, token)
    if found is None or found.expires_at <= now:
        raise invitation_over()
    return OpenInvitationView(
        account_id=found.account_id,
        account_name=get_account(session, found.account_id).name,
        email=found.email,
        role=found.role,
        sites=found.sites,
        expires_at=found.expires_at,
    )


def invitation_over() -> Rejected:
    """What is said of a link that opens nothing."""
    detail = "This invitation is not known, was used before or is over. Ask for another one."
    return Rejected("invitation_not_found", detail, status=404)


def view_member(member: Member) -> MemberView:
    """A member as the API shows them."""
    return MemberView(
        id=member.id,
        account_id=member.account_id,
        user_id=member.user_id,
        email=member.email,
        name=member.name,
        role=member.role,
        sites=member.sites,
        joined_at=member.joined_at,
    )


def view_invitation(invitation: Invitation, now: datetime) -> InvitationView:
    """An invitation as the API shows it; `now` is the account's own time."""
    return InvitationView(
        id=invitation.id,
        account_id=invitation.account_id,
        email=invitation.email,
        role=invitation.role,
        sites=invitation.sites,
        status=InvitationStatus.OPEN if invitation.expires_at > now else InvitationStatus.EXPIRED,
        invited_by=invitation.invited_by,
        mails=invitation.mails,
        mailed_at=invitation.mailed_at,
        expires_at=invitation.expires_at,
        created_at=invitation.created_at,
    )
