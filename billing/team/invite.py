"""Invite somebody into a team."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.accounts.queries import lock_account
from billing.accounts.tables import Account
from billing.errors import Rejected
from billing.mail.stage_to_person import stage_to_person
from billing.team.authority import acting_member, require_within, said_by
from billing.team.queries import count_seats, founder, invitations_of, members_of, view_invitation
from billing.team.rules import ACCEPTED_WITHIN, TEAM_MAX, check_sites
from billing.team.tables import Invitation, Member
from database.ids import uuid7
from database.memory import WorkState
from database.operations import Operation
from database.untold import tell
from schemas.commands.team import InviteMember

INVITATION = "team_invitation"
# Whoever invites, calls off and invites others writes to strangers in the product's name. A whole team fits a day.
INVITED_A_DAY_MAX = TEAM_MAX
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Times:
    """`now` is the account's own time, `wall` that of everybody."""

    now: datetime
    wall: datetime


def invite(session: Session, command: InviteMember, users_max: int | None, times: Times) -> Invitation:
    """The invitation, whose mail is on its way. It takes a seat of the `users_max` of the plan, None: no limit.

    The first one begins the team, with the owner whom the account names. Raises Rejected `account_not_found`,
    `already_member`, `already_invited`, `users_limit_reached`, `team_full`, `owner_has_all_sites`, and as
    `acting_member`, `require_within` and `stage_to_person`.
    """
    check_sites(command.role, command.sites)
    account = lock_account(session, command.account_id)
    _begin(session, account)
    acting = acting_member(session, account.id, said_by(command))
    require_within(acting, command.role, command.sites)
    _check_mails(session, account.id, times.wall)
    _make_room(session, account, command.email, times.now)
    check_seats(session, account, users_max, times.now)
    invitation = Invitation(
        id=uuid7(),
        account_id=account.id,
        email=command.email,
        role=command.role,
        sites=None if command.sites is None else list(command.sites),
        invited_by=command.acting_user_id or "",
        mails=1,
        mailed_at=times.wall,
        expires_at=times.now + ACCEPTED_WITHIN,
    )
    session.add(invitation)
    session.flush()
    stage_to_person(session, INVITATION, invitation.id, invitation.email, times.wall)
    shown = view_invitation(invitation, times.now).model_dump(mode="json")
    tell(session, "team.invited", account.id, invitation.id, shown)
    return invitation


def check_seats(session: Session, account: Account, users_max: int | None, now: datetime) -> None:
    """Raises Rejected `users_limit_reached` where no seat is left for one more."""
    if users_max is not None and count_seats(session, account.id, now) >= users_max:
        detail = f"The plan allows {users_max} users, with those who are invited."
        raise Rejected("users_limit_reached", detail, status=409)


def _check_mails(session: Session, account_id: UUID, wall: datetime) -> None:
    """Those that were called off are counted, too: by the commands that made them."""
    made = select(func.count()).where(
        Operation.about == account_id,
        Operation.kind == InviteMember.kind,
        Operation.state == WorkState.DONE,
        Operation.created_at > wall - A_DAY,
    )
    if (session.scalar(made) or 0) >= INVITED_A_DAY_MAX:
        detail = f"An account invites {INVITED_A_DAY_MAX} people within a day; wait for the next."
        raise Rejected("too_many_mails", detail, status=429)


def _begin(session: Session, account: Account) -> None:
    if not members_of(session, account.id):
        session.add(founder(account))
        session.flush()


def _make_room(session: Session, account: Account, email: str, now: datetime) -> None:
    """An invitation whose days are over makes room for another one to the same address."""
    of_address = Member.account_id == account.id, func.lower(Member.email) == email.lower()
    if session.scalar(select(Member.id).where(*of_address).limit(1)) is not None:
        raise Rejected("already_member", "Somebody with this address is in the team.", status=409)
    waiting = invitations_of(session, account.id)
    if len(waiting) + len(members_of(session, account.id)) >= TEAM_MAX:
        raise Rejected("team_full", f"A team has {TEAM_MAX} members and invitations at most.", status=409)
    for each in waiting:
        if each.email.lower() == email.lower():
            if each.expires_at > now:
                raise Rejected("already_invited", "This address is invited already: send it again.", status=409)
            session.delete(each)
            session.flush()
