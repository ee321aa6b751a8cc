"""One thing on a page of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal.console.hands import Hands
from portal.console.named import names_in
from portal.console.showing import Content, Look


@dataclass(frozen=True, slots=True)
class Thing:
    """What is shown at `path`, which has its `{id}`: the API's own read of it, and `beside` that whatever else.

    `about` is the field that would name it (`billing.whose`), empty where it is nobody's.
    """

    path: str
    template: str
    permission: str
    read: Callable[[Session, UUID], Any]
    about: str = ""
    beside: Callable[[Look, Any], Content] = lambda look, found: {}


class ThingPage:
    """`GET` of one thing."""

    def __init__(self, hands: Hands, thing: Thing) -> None:
        self._showing = hands.showing
        self._thing = thing

    def routes(self) -> list[Route]:
        """Its address."""
        return [Route(self._thing.path.replace("{id}", "{id:uuid}"), self.show, methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """As it is now."""
        thing, row_id = self._thing, request.path_params["id"]

        def read(look: Look) -> Content:
            about = {thing.about: row_id} if thing.about else {}
            found = look.at(thing.permission, lambda session: thing.read(session, row_id), about)
            return {"it": found, "names": names_in(look.session, [found]), **thing.beside(look, found)}

        return await self._showing.page(request, thing.permission, thing.template, read)


@dataclass(frozen=True, slots=True)
class File:
    """What is handed out at `path`: the API's own read of it."""

    path: str
    permission: str
    read: Callable[[Session, UUID], Callable[[Request], Response]]
    about: str


class FilePage:
    """`GET` of one file."""

    def __init__(self, hands: Hands, file: File) -> None:
        self._showing = hands.showing
        self._colleagues = hands.colleagues
        self._file = file

    def routes(self) -> list[Route]:
        """Its address."""
        return [Route(self._file.path.replace("{id}", "{id:uuid}"), self.show, methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """To be kept, or looked at."""
        file, row_id = self._file, request.path_params["id"]
        colleague = await self._colleagues.require(request, file.permission)

        def read(look: Look) -> Callable[[Request], Response]:
            return look.at(file.permission, lambda session: file.read(session, row_id), {file.about: row_id})

        return (await self._showing.read(colleague, request, read))(request)
