"""Commands: checked, stored under an id, answered with that id or, on request, with the outcome."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from billing.whose import ACCOUNT
from callers.principal import Principal
from ingress.acceptance import Acceptance
from ingress.bodies import read_body
from ingress.bounds import filled, said_by
from ingress.identity import Identity
from ingress.operation_store import StoredOperation
from ingress.operations import JSON, OperationRow, is_final, view_operation
from ingress.problems import Problem
from ingress.validation import invalid, parse_json, validated
from ingress.waiting import Waiting
from schemas.commands.base import Command
from schemas.views.operations import OperationView

WAIT_SECONDS_MAX = 30  # proxies commonly give up after a minute
IDEMPOTENCY_KEY = re.compile(r"[\x20-\x7e]{1,255}")
PREFER_WAIT = re.compile(r"(?:^|[,;])\s*wait\s*=\s*\"?(\d{1,6})\"?\s*(?=$|[,;])", re.IGNORECASE)

Endpoint = Callable[[Request], Awaitable[Response]]
Shown = Callable[[StoredOperation, OperationRow], OperationView]


class Commands:
    """The way in for commands, whatever their kind."""

    def __init__(self, identity: Identity, acceptance: Acceptance, waiting: Waiting) -> None:
        self._identity = identity
        self._acceptance = acceptance
        self._waiting = waiting

    def taking(self, command_class: type[Command]) -> Endpoint:
        """The endpoint that takes commands of this class."""

        async def take(request: Request) -> Response:
            async with self._identity.requiring(request, command_class.permission) as counted:
                principal = counted.principal
                body = await read_body(request.receive, command_class.body_bytes_max)
                fields = said_by(principal, command_class, filled(principal, command_class, parse_json(body)))
                command = counted.about(validated(command_class, fields))
            return await self.accept(request, principal, command, len(body))

        return take

    def about(self, id_field: str, command_class: type[Command]) -> Endpoint:
        """The endpoint that takes commands about what the id in the path names.

        The body need not say it again, and must not say otherwise. No body at all is an empty object. A DELETE has
        none: what else there is to say stands in its query.
        """

        async def take(request: Request) -> Response:
            async with self._identity.requiring(request, command_class.permission) as counted:
                principal = counted.principal
                body = await read_body(request.receive, command_class.body_bytes_max)
                fields = _in_query(request) if request.method == "DELETE" and not body else parse_json(body or b"{}")
                in_path = {id_field if name == "id" else name: value for name, value in request.path_params.items()}
                command = counted.about(as_in_path(command_class, in_path, said_by(principal, command_class, fields)))
            return await self.accept(request, principal, command, len(body))

        return take

    def at_gateway(self, by_field: Mapping[str, type[Command]]) -> Endpoint:
        """The endpoint that takes one of these commands, known by its field, at the gateway that the path names.

        All need one permission: the caller is asked for it before the body is read.
        """
        (permission,) = {each.permission for each in by_field.values()}

        async def take(request: Request) -> Response:
            async with self._identity.requiring(request, permission) as counted:
                principal = counted.principal
                body = await read_body(request.receive, max(each.body_bytes_max for each in by_field.values()))
                fields = filled(principal, by_field.get(ACCOUNT, Command), parse_json(body))
                command_class = by_field[_one_of(by_field, fields)]
                fields = filled(principal, command_class, fields)
                command = counted.about(as_in_path(command_class, request.path_params, fields))
            return await self.accept(request, principal, command, len(body))

        return take

    async def accept(
        self, request: Request, principal: Principal, command: Command, size_bytes: int, shown: Shown | None = None
    ) -> Response:
        """Store it, and answer with the operation, or with what is `shown` of what was stored and where it stands."""
        stored = await self._acceptance.accept(principal, command, _idempotency_key(request), size_bytes)
        return await self._answer(request, stored, shown or (lambda _, row: view_operation(row)))

    async def _answer(self, request: Request, stored: StoredOperation, shown: Shown) -> Response:
        row = stored.row
        headers = {} if stored.is_new else {"Idempotent-Replayed": "true"}
        wait_seconds = _wait_seconds(request)
        if wait_seconds:
            row = await self._waiting.outcome(stored, wait_seconds)
            headers |= {"Preference-Applied": f"wait={wait_seconds}"} if is_final(row) else {}
        headers["Location"] = f"/v1/operations/{row.id}"
        return Response(shown(stored, row).model_dump_json(), 200 if is_final(row) else 202, headers, JSON)


def as_in_path(command_class: type[Command], in_path: Mapping[str, UUID | str], fields: Mapping[str, Any]) -> Command:
    """The body need not say again what the path says, and must not say otherwise."""
    command = validated(command_class, {**{name: str(value) for name, value in in_path.items()}, **fields})
    for name, value in in_path.items():
        if getattr(command, name) != value:
            raise invalid(name, f"must be the {name.rpartition('_')[2]} in the path, or left out")
    return command


def _in_query(request: Request) -> dict[str, Any]:
    """The parameters of a query as fields of a command."""
    return {name: {"true": True, "false": False}.get(value, value) for name, value in request.query_params.items()}


def _one_of(by_field: Mapping[str, type[Command]], fields: Mapping[str, Any]) -> str:
    """The one of these fields that was given; raises Problem for none, and for two that each mean another command."""
    first, *others = by_field
    given = [field for field in by_field if field in fields]
    if not given:
        raise invalid(first, f"must be given{''.join(f', or {other}' for other in others)}")
    if len(given) > 1:
        raise invalid(given[1], f"must be left out where {given[0]} is given: a page is for either")
    return given[0]


def _idempotency_key(request: Request) -> str | None:
    found = request.headers.getlist("idempotency-key")
    if not found:
        return None
    if len(found) > 1 or not IDEMPOTENCY_KEY.fullmatch(found[0]):
        raise Problem(422, "idempotency_key_invalid", "An Idempotency-Key is 1 to 255 printable ASCII characters.")
    return found[0]


def _wait_seconds(request: Request) -> int:
    """RFC 7240: preferences that make no sense are ignored, not refused."""
    found = PREFER_WAIT.search(",".join(request.headers.getlist("prefer")))
    return min(int(found[1]), WAIT_SECONDS_MAX) if found else 0
