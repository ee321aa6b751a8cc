"""The company's own people, from the command line."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from database.api_keys import KeyTerms, create_key
from database.ids import uuid7
from database.staff import StaffMember, list_members
from schemas.emails import Email
from schemas.names import Name
from schemas.permissions import StaffRole
from settings import Settings
from stack.arguments import checked, instant
from stack.errors import StackError
from stack.sessions import reading, session


def add(settings: Settings, name: str, email: str, role: str) -> UUID:
    """Write down a person and return the id. Raises StackError for a name that somebody bears already."""
    name, email = checked(Name, name, "the name"), checked(Email, email, "the e-mail address")
    known = _role(role)
    with session(settings) as opened:
        if opened.scalar(select(StaffMember.id).where(func.lower(StaffMember.name) == name.lower())):
            raise StackError(f"somebody is called {name} already; `cashbeat staff list` shows them")
        member = StaffMember(id=uuid7(), name=name, email=email, role=known)
        opened.add(member)
        return member.id


def describe_all(settings: Settings) -> list[str]:
    """One line each, by name."""
    with reading(settings) as opened:
        return [_describe(member) for member in list_members(opened)]


def end(settings: Settings, member_id: UUID) -> None:
    """Nobody any more, by none of their keys. Raises StackError when there is no such person."""
    with session(settings) as opened:
        member = _member(opened, member_id)
        member.ended_at = member.ended_at or datetime.now(UTC)


def set_role(settings: Settings, member_id: UUID, role: str) -> None:
    """From now on they may do what this role may. Raises StackError for who has ended."""
    known = _role(role)
    with session(settings) as opened:
        _working(opened, member_id).role = known


def make_key(settings: Settings, member_id: UUID, expires: str | None) -> str:
    """A key of this person; it is shown once. What it may do is what their role may, then and later."""
    until = instant(expires, "--expires")
    with session(settings) as opened:
        member = _working(opened, member_id)
        return create_key(opened, member.name, [], KeyTerms(expires_at=until, staff_id=member.id))


def _member(opened: Session, member_id: UUID) -> StaffMember:
    member = opened.get(StaffMember, member_id, with_for_update=True)
    if member is None:
        raise StackError(f"there is nobody with the id {member_id}; `cashbeat staff list` shows everybody")
    return member


def _working(opened: Session, member_id: UUID) -> StaffMember:
    member = _member(opened, member_id)
    if member.ended_at is not None:
        raise StackError(f"{member.name} has ended on {member.ended_at:%Y-%m-%d}")
    return member


def _role(role: str) -> StaffRole:
    try:
        return StaffRole(role)
    except ValueError:
        raise StackError(f"there is no role {role!r}; there are {', '.join(StaffRole)}") from None


def _describe(member: StaffMember) -> str:
    since = f"ended {member.ended_at:%Y-%m-%d}" if member.ended_at else f"since {member.created_at:%Y-%m-%d}"
    return f"{member.id}  {member.role:<8}  {since}  {member.name}  {member.email}"
