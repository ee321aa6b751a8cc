"""What a form wants becomes a command: checked by the API's own class, accepted as the door accepts it."""

from asyncio import gather
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from uuid import UUID, uuid4, uuid5

import structlog
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from callers.principal import Principal
from ingress.acceptance import Acceptance
from ingress.bounds import filled, said_by
from ingress.operation_store import NewOperation, StoredOperation
from ingress.problems import Problem
from ingress.ringing import Ringer, ring_for_new
from ingress.waiting import Waiting
from portal.forms import errors_by_field
from portal.refused import Refused
from schemas.commands.base import Command

log = structlog.get_logger(__name__)

# the field in which a form carries its own key: however often it is sent, it is one operation
KEY_FIELD = "operation_key"
FORM_BYTES = 1_000
LAST_WAIT_SECONDS = 5.0
Wanted = TypeVar("Wanted", bound=Command)


class Somebody(Protocol):
    """Whoever sends a form: a visitor of the portal, a colleague in the console."""

    @property
    def principal(self) -> Principal:
        """As whom they act."""


@dataclass(frozen=True, slots=True)
class FormErrors(Exception):
    """What is wrong with a form, by its fields, to be shown beside them."""

    by_field: Mapping[str, str]


def new_key() -> str:
    """For a form that is shown."""
    return str(uuid4())


def idempotency_key(key: str) -> str:
    """By which what a form with this key asks for is known, whoever sends it."""
    return f"form/{key}"


def key_of_part(key: str, part: str) -> str:
    """That of one of several commands of a form."""
    return str(uuid5(UUID(key), part))


def command_of(command_class: type[Wanted], fields: Mapping[str, Any]) -> Wanted:
    """The command that the fields of a form say; its key is none of them, nor what is empty. Raises FormErrors."""
    said = {name: value for name, value in fields.items() if name != KEY_FIELD and value != ""}
    return checked(command_class, said)


def checked(command_class: type[Wanted], said: Mapping[str, Any]) -> Wanted:
    """The command that says exactly this. Raises FormErrors."""
    try:
        return command_class.model_validate(said)
    except ValidationError as error:
        raise FormErrors(errors_by_field(error)) from None


def command_by(visitor: Somebody, command_class: type[Wanted], fields: Mapping[str, Any]) -> Wanted:
    """The command that a visitor says in their own name and role, about their own account unless it names something.

    `fields` are a page's own choice, never all that was sent. Raises FormErrors.
    """
    said = filled(visitor.principal, command_class, dict(fields))
    try:
        return command_class.model_validate(said_by(visitor.principal, command_class, said))
    except ValidationError as error:
        raise FormErrors(errors_by_field(error)) from None


class Staging:
    """The way in for commands of visitors."""

    def __init__(self, acceptance: Acceptance, waiting: Waiting | None = None) -> None:
        self._acceptance = acceptance
        self._waiting = waiting

    async def say(self, visitor: Somebody, command: Command, fields: Mapping[str, str]) -> Response:
        """Store it durably, in the visitor's name, and lead on to the page of its operation.

        Raises Refused 409 for a form that was sent before and said something else, and as `Acceptance.accept`.
        """
        stored = await self._store(visitor, command, form_key(fields))
        return RedirectResponse(f"/operations/{stored.id}", 303)

    async def say_last(
        self, visitor: Somebody, command: Command, fields: Mapping[str, str], gone: Response
    ) -> Response:
        """The same of what ends their being here: the page of its operation is not theirs once it is done.

        So it is waited for, and answered by `gone`; what fails, or takes longer than a moment, by the way to that page.
        Raises as `say`.
        """
        stored = await self._store(visitor, command, form_key(fields))
        row = await self._waiting.outcome(stored, LAST_WAIT_SECONDS) if self._waiting else stored.row
        return gone if row.result else RedirectResponse(f"/operations/{stored.id}", 303)

    async def say_each(self, visitor: Somebody, commands: Mapping[str, Command], fields: Mapping[str, str]) -> str:
        """Store all of them durably, each under a key made of the form's, which is returned, and of its own name.

        Raises as `say`. What is stored by then stays, and is what the same form stores when it is sent again.
        """
        key = form_key(fields)
        await gather(*(self._store(visitor, command, key_of_part(key, part)) for part, command in commands.items()))
        return key

    async def _store(self, visitor: Somebody, command: Command, key: str) -> StoredOperation:
        try:
            return await self._acceptance.accept(visitor.principal, command, idempotency_key(key), FORM_BYTES)
        except Problem as problem:
            if problem.code != "idempotency_key_reused":
                raise
            text = "This form was sent before, and said something else then. Open the page again and look."
            raise Refused(409, "Sent before", text) from None


def ring_after(
    ringer: Ringer, ringer_of_sets: Ringer
) -> Callable[[Sequence[NewOperation], Sequence[StoredOperation]], None]:
    """What follows a commit of commands."""

    def after(operations: Sequence[NewOperation], stored: Sequence[StoredOperation]) -> None:
        ring_for_new(operations, stored, ringer, ringer_of_sets)
        for operation, outcome in zip(operations, stored, strict=True):
            log.info("command_staged", operation_id=str(operation.id), kind=operation.kind, is_new=outcome.is_new)

    return after


def form_key(fields: Mapping[str, str]) -> str:
    """The key that a form carries. Raises Refused 400 for one without."""
    try:
        return str(UUID(fields.get(KEY_FIELD, "")))
    except ValueError:
        text = "This form is not whole. Open the page again and send it from there."
        raise Refused(400, "Not a form of ours", text) from None
