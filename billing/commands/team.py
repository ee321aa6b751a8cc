"""Teams."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from billing.commands.verb import Result, Verb
from billing.limits.queries import users_max_of
from billing.team.authority import said_by
from billing.team.call_off import call_off
from billing.team.change_role import change_role
from billing.team.invite import Times, invite
from billing.team.invite_again import invite_again
from billing.team.join import join
from billing.team.queries import account_of_invitation, find_invitation, view_invitation, view_member
from billing.team.remove import leave, remove
from billing.team.transfer import transfer
from database.clock import database_time
from database.operations import Operation
from schemas.commands.base import Command
from schemas.commands.team import (
    AcceptInvitation,
    CancelInvitation,
    ChangeRole,
    InviteMember,
    LeaveTeam,
    RemoveMember,
    RepeatInvitation,
    TransferOwnership,
)


def _invite(session: Session, operation: Operation, command: InviteMember, now: datetime) -> Result:
    times = Times(now, database_time(session))
    invitation = invite(session, command, users_max_of(session, command.account_id), times)
    return view_invitation(invitation, now).model_dump(mode="json")


def _repeat(session: Session, operation: Operation, command: RepeatInvitation, now: datetime) -> Result:
    account_id = account_of_invitation(session, command.invitation_id)
    users_max = users_max_of(session, account_id) if account_id else 0
    times = Times(now, database_time(session))
    invitation = invite_again(session, command.invitation_id, said_by(command), users_max, times)
    return view_invitation(invitation, now).model_dump(mode="json")


def _cancel(session: Session, operation: Operation, command: CancelInvitation, now: datetime) -> Result:
    return call_off(session, command.invitation_id, said_by(command)).model_dump(mode="json")


def _accept(session: Session, operation: Operation, command: AcceptInvitation, now: datetime) -> Result:
    found = find_invitation(session, command.token)
    users_max = users_max_of(session, found.account_id) if found else 0
    return view_member(join(session, command, users_max, now)).model_dump(mode="json")


def _leave(session: Session, operation: Operation, command: LeaveTeam, now: datetime) -> Result:
    return leave(session, command.account_id, command.user_id).model_dump(mode="json")


def _remove(session: Session, operation: Operation, command: RemoveMember, now: datetime) -> Result:
    return remove(session, command.member_id, said_by(command)).model_dump(mode="json")


def _change_role(session: Session, operation: Operation, command: ChangeRole, now: datetime) -> Result:
    return view_member(change_role(session, command)).model_dump(mode="json")


def _transfer(session: Session, operation: Operation, command: TransferOwnership, now: datetime) -> Result:
    return transfer(session, command).model_dump(mode="json")


VERBS: Mapping[type[Command], Verb] = {
    InviteMember: _invite,
    RepeatInvitation: _repeat,
    CancelInvitation: _cancel,
    AcceptInvitation: _accept,
    LeaveTeam: _leave,
    RemoveMember: _remove,
    ChangeRole: _change_role,
    TransferOwnership: _transfer,
}
