"""Who may call. Whoever makes another is asked here, once more, whether they may: it is their own word that counts."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from billing.callers.add_member import add_member
from billing.callers.change_role import change_role
from billing.callers.end_member import end_member
from billing.callers.make_key import make_key, make_staff_key
from billing.callers.queries import get_maker
from billing.callers.revoke_key import revoke_key
from billing.commands.verb import Result, Verb
from database.api_keys import ApiKey
from database.operations import Operation
from database.staff import StaffMember
from schemas.commands.base import Command
from schemas.commands.callers import (
    AddStaffMember,
    ChangeStaffRole,
    CreateApiKey,
    CreateStaffKey,
    EndStaffMember,
    RevokeApiKey,
)
from schemas.views.callers import ApiKeyView, StaffMemberView, StaffRoleView


def _create(session: Session, operation: Operation, command: CreateApiKey, now: datetime) -> Result:
    maker = get_maker(session, operation.caller, now)
    return _shown_key(make_key(session, operation.id, command, maker, now))


def _revoke(session: Session, operation: Operation, command: RevokeApiKey, now: datetime) -> Result:
    get_maker(session, operation.caller, now)
    return _shown_key(revoke_key(session, command.key_id, now))


def _add(session: Session, operation: Operation, command: AddStaffMember, now: datetime) -> Result:
    maker = get_maker(session, operation.caller, now)
    return _shown_member(add_member(session, operation.id, command, maker))


def _change_role(session: Session, operation: Operation, command: ChangeStaffRole, now: datetime) -> Result:
    member, before = change_role(session, command, get_maker(session, operation.caller, now))
    shown = StaffMemberView.model_validate(member, from_attributes=True)
    return StaffRoleView(**shown.model_dump(), role_before=before).model_dump(mode="json")


def _end(session: Session, operation: Operation, command: EndStaffMember, now: datetime) -> Result:
    get_maker(session, operation.caller, now)
    return _shown_member(end_member(session, command.staff_id, now))


def _create_of_staff(session: Session, operation: Operation, command: CreateStaffKey, now: datetime) -> Result:
    maker = get_maker(session, operation.caller, now)
    return _shown_key(make_staff_key(session, operation.id, command, maker, now))


def _shown_key(key: ApiKey) -> Result:
    return ApiKeyView.model_validate(key, from_attributes=True).model_dump(mode="json")


def _shown_member(member: StaffMember) -> Result:
    return StaffMemberView.model_validate(member, from_attributes=True).model_dump(mode="json")


VERBS: Mapping[type[Command], Verb] = {
    CreateApiKey: _create,
    RevokeApiKey: _revoke,
    AddStaffMember: _add,
    ChangeStaffRole: _change_role,
    EndStaffMember: _end,
    CreateStaffKey: _create_of_staff,
}
