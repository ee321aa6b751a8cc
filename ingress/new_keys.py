"""Keys are drawn here, and leave through the answer: what is stored on the way is their hash (docs/decisions/0015)."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from database.api_keys import draw_key
from ingress.bodies import read_body
from ingress.bounds import refuse_drawn
from ingress.commands import Commands, as_in_path
from ingress.identity import Identity
from ingress.shown_once import shown_once
from ingress.validation import parse_json
from schemas.commands.base import Command
from schemas.views.callers import NewKeyView


class NewKeys:
    """The way in for commands that make a key."""

    def __init__(self, identity: Identity, commands: Commands) -> None:
        self._identity = identity
        self._commands = commands

    def making(self, command_class: type[Command], id_field: str | None) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint that takes commands of this class, about what the id in the path names if there is one."""

        async def make(request: Request) -> Response:
            drawn = draw_key()
            standing = {"secret_sha256": drawn.secret_sha256, "hint": drawn.hint}
            async with self._identity.requiring(request, command_class.permission) as counted:
                body = await read_body(request.receive, command_class.body_bytes_max)
                fields = parse_json(body or b"{}") if id_field else parse_json(body)
                refuse_drawn(command_class, fields)
                in_path = {id_field: request.path_params["id"]} if id_field else {}
                command = counted.about(as_in_path(command_class, in_path, {**fields, **standing}))
            answer = await self._commands.accept(
                request, counted.principal, command, len(body), shown_once(NewKeyView, "key", drawn.text)
            )
            answer.headers["Cache-Control"] = "no-store"
            return answer

        return make
