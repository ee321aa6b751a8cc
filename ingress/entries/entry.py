"""What one route is, as a value. Nothing here answers: `ingress.routes` makes endpoints of it, others read it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from ingress.parts import Endpoint, Parts
from ingress.queries.filters import Filter
from schemas.commands.base import Command
from schemas.permissions import BY_NAME
from schemas.views.base import View

Method = Literal["GET", "POST", "PATCH", "DELETE"]
Wanted = TypeVar("Wanted", bound=Filter)
KEYS, USERS, STAFF = "keys", "users", "staff"
OWN = "the caller"
# what belongs to no account: who touches some alone has no permission for it
COMPANY = "the company"


@dataclass(frozen=True, slots=True)
class Says:
    """Takes a command. What it is about is the field of this name, where the path has an id."""

    command: type[Command]
    about: str | None = None
    # what the door draws for it, which is in its first answer alone
    shown_once: ClassVar[str] = ""

    @property
    def commands(self) -> tuple[type[Command], ...]:
        """The only one."""
        return (self.command,)

    @property
    def permission(self) -> str:
        """What the command asks of its caller."""
        return self.command.permission


@dataclass(frozen=True, slots=True)
class MakesKey(Says):
    """Takes a command that makes a key, which is drawn here and shown in this answer alone."""

    shown_once = "key"


@dataclass(frozen=True, slots=True)
class OpensPortal(Says):
    """Takes a command that lets somebody into the portal, by a link which is drawn here and shown in this answer."""

    shown_once = "url"


@dataclass(frozen=True, slots=True)
class AtGateway:
    """Takes one of several commands, known by a field, at the gateway that the path names. All need one permission."""

    by_field: Mapping[str, type[Command]]

    @property
    def commands(self) -> tuple[type[Command], ...]:
        """All of them."""
        return tuple(self.by_field.values())

    @property
    def permission(self) -> str:
        """What the commands ask of their caller."""
        (permission,) = {command.permission for command in self.commands}
        return permission


@dataclass(frozen=True, slots=True)
class ShowsOne:
    """Shows what the id in the path names: what a field of the name `of` would (`billing.whose`)."""

    permission: str
    read: Callable[[Session, UUID], View]
    of: str = COMPANY


@dataclass(frozen=True, slots=True)
class ShowsAll:
    """Shows everything there is of what belongs to no account: everybody with the permission sees the same."""

    permission: str
    read: Callable[[Session], View]


@dataclass(frozen=True, slots=True)
class Asks(Generic[Wanted]):
    """Shows what the parameters of the query ask for."""

    permission: str
    wanted: type[Wanted]
    read: Callable[[Session, Wanted], View]


@dataclass(frozen=True, slots=True)
class HandsOut:
    """Hands out the file of what the id in the path names: what a field of the name `of` would (`billing.whose`)."""

    permission: str
    read: Callable[[Session, UUID], Callable[[Request], Response]]
    of: str = COMPANY
    media_types: tuple[str, ...] = field(default=("application/pdf",), kw_only=True)


@dataclass(frozen=True, slots=True)
class Form:
    """What a part of its own takes and answers, as the API's document tells it.

    `takes` is the media type of a body, if there is one. `view` is the body of 200, none for what is no JSON of a view;
    `others` are further answers in words, by status. `parts` are the classes and functions in whose source its refusals
    stand.
    """

    body: type[BaseModel] | None = None
    view: type[BaseModel] | None = None
    media_type: str = "application/json"
    takes: str = ""
    others: Mapping[int, str] = field(default_factory=dict)
    parts: tuple[Callable[..., Any] | type, ...] = ()


@dataclass(frozen=True, slots=True)
class Answers:
    """Is answered by a part of the door of its own, which asks for the permission itself, if there is one.

    Where there is one, `about` says whose it is: the field that names it, or `OWN` for what the caller alone gave.
    """

    what: str
    endpoint: Callable[[Parts], Endpoint]
    permission: str | None = None
    callers: str = ""
    about: str = ""
    form: Form = field(default_factory=Form, kw_only=True)


Does = Says | AtGateway | ShowsOne | ShowsAll | Asks[Any] | HandsOut | Answers


@dataclass(frozen=True, slots=True)
class Entry:
    """A method on a path, and what it does. `{id:uuid}` in the path is an id."""

    method: Method
    path: str
    does: Does

    @property
    def callers(self) -> str:
        """Who may come in here, in words: whoever can have the permission, or what the part of the door says."""
        if self.does.permission is None:
            return self.does.callers if isinstance(self.does, Answers) else ""
        needed = BY_NAME[self.does.permission]
        return ", ".join(word for word, some in ((KEYS, True), (USERS, needed.roles), (STAFF, needed.staff)) if some)
