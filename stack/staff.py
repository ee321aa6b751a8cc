"""The company's own people, from the command line: as through the API, but whoever types needs no second person."""

from datetime import UTC, datetime
from secrets import token_urlsafe
from uuid import UUID

from billing.callers.add_member import add_member
from billing.callers.change_role import change_role
from billing.callers.end_member import end_member
from billing.callers.hand_link import hand_link
from billing.callers.leave_console import leave_console
from billing.callers.make_key import make_staff_key
from billing.callers.rules import Maker
from billing.callers.use_up_links import use_up_links
from credentials.second_factors import forget_second_factor
from database.api_keys import draw_key, hash_key
from database.ids import uuid7
from database.staff import StaffMember, list_members
from schemas.commands.callers import AddStaffMember, ChangeStaffRole, CreateStaffKey
from schemas.emails import Email
from schemas.names import Name
from schemas.permissions import BY_NAME, StaffRole
from settings import Settings
from stack import discover
from stack.arguments import checked, instant
from stack.errors import StackError
from stack.payments import refusals_told
from stack.sessions import reading, session

# whoever has the login of the database's owner gives whatever there is
OPERATOR = Maker(frozenset(BY_NAME))
TOKEN_BYTES = 32


def add(settings: Settings, name: str, email: str, role: str) -> UUID:
    """Write down a person and return the id. Raises StackError for a name that somebody bears already."""
    name, email = checked(Name, name, "the name"), checked(Email, email, "the e-mail address")
    command = AddStaffMember(name=name, email=email, role=_role(role))
    with refusals_told(), session(settings) as opened:
        return add_member(opened, uuid7(), command, OPERATOR).id


def describe_all(settings: Settings) -> list[str]:
    """One line each, by name."""
    with reading(settings) as opened:
        return [_describe(member) for member in list_members(opened)]


def end(settings: Settings, member_id: UUID) -> None:
    """Nobody any more, by none of their keys. Raises StackError when there is no such person."""
    with refusals_told(), session(settings) as opened:
        end_member(opened, member_id, datetime.now(UTC))


def set_role(settings: Settings, member_id: UUID, role: str) -> None:
    """From now on they may do what this role may. Raises StackError for who has ended."""
    command = ChangeStaffRole(staff_id=member_id, role=_role(role))
    with refusals_told(), session(settings) as opened:
        change_role(opened, command, OPERATOR)


def make_key(settings: Settings, member_id: UUID, expires: str | None) -> str:
    """A key of this person; it is shown once. What it may do is what their role may, then and later.

    Raises StackError for who has ended, and for a time that is over.
    """
    drawn = draw_key()
    command = CreateStaffKey(
        staff_id=member_id, expires_at=instant(expires, "--expires"), hint=drawn.hint,
        secret_sha256=drawn.secret_sha256,
    )  # fmt: skip
    with refusals_told(), session(settings) as opened:
        make_staff_key(opened, uuid7(), command, OPERATOR, datetime.now(UTC))
    return drawn.text


def link_into_console(settings: Settings, name: str) -> str:
    """A link for whoever bears this name; it is shown once, and works once. Raises StackError for who has ended."""
    token = token_urlsafe(TOKEN_BYTES)
    with refusals_told(), session(settings) as opened:
        hand_link(opened, name, hash_key(token))
    return f"{_console(settings)}/enter/{token}"


def forget_authenticator(settings: Settings, member_id: UUID) -> None:
    """They begin with another, and are nowhere in the console until then. Raises StackError for who has none."""
    with session(settings) as opened:
        if not forget_second_factor(opened, member_id):
            raise StackError(f"nobody with the id {member_id} has an authenticator")
        leave_console(opened, member_id)
        use_up_links(opened, member_id)


def _console(settings: Settings) -> str:
    """As it is said, else as the stack that runs has chosen."""
    running = discover.environment(settings.cashbeat_home).get("CONSOLE_PUBLIC_URL", "")
    return settings.console_public_url or running or f"http://{settings.console_host}:{settings.console_port}"


def _role(role: str) -> StaffRole:
    try:
        return StaffRole(role)
    except ValueError:
        raise StackError(f"there is no role {role!r}; there are {', '.join(StaffRole)}") from None


def _describe(member: StaffMember) -> str:
    since = f"ended {member.ended_at:%Y-%m-%d}" if member.ended_at else f"since {member.created_at:%Y-%m-%d}"
    return f"{member.id}  {member.role:<8}  {since}  {member.name}  {member.email}"
