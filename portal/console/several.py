"""The same deed done to several things: chosen in their list, looked at together, each a command of its own.

The key of each command is made of the form's key and of what it is about: whatever breaks off or is sent twice, and
sent again, each of them is done once.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from database.ids import operation_id
from ingress.operations import find_any, view_operation
from portal.console.asking import NO_ERRORS, Deed, Told
from portal.console.colleagues import Colleague
from portal.console.fields import as_said
from portal.console.hands import Hands
from portal.console.named import Names, names_in
from portal.console.operation_page import ON_ITS_WAY
from portal.console.showing import Content, Look
from portal.forms import read_form
from portal.once import with_key
from portal.operation_page import WAIT_SECONDS
from portal.refused import Refused, not_found
from portal.staging import FormErrors, command_of, idempotency_key, key_of_part
from schemas.views.base import Page, View
from schemas.views.operations import OperationView

# a box of the list that is ticked, by the id of its row
CHOSEN = "each-"
# a page of a list at its longest
CHOSEN_MAX = 100
LOOKED_AT_EVERY_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Several:
    """What is done at `path` to each of them. `read` is the API's own read of one; `told` tells of it, as for the deed.

    A fact with an amount is added up over those that it can be done to.
    """

    path: str
    title: str
    button: str
    deed: Deed
    read: Callable[[Session, UUID], View]
    told: Callable[[Any, Names], Told]
    back: str


class SeveralPage:
    """`GET` what is chosen, `POST` it, and `GET` what became of each."""

    def __init__(self, hands: Hands, several: Several) -> None:
        self._showing = hands.showing
        self._colleagues = hands.colleagues
        self._staging = hands.staging
        self._several = several

    def routes(self) -> list[Route]:
        """Its addresses."""
        path = self._several.path
        return [
            Route(path, with_key(self.ask), methods=["GET"]),
            Route(path, self.do, methods=["POST"]),
            Route(f"{path}/outcome", self.show, methods=["GET"]),
        ]

    async def ask(self, request: Request) -> Response:
        """All that is chosen, and the form."""
        return await self._asked(request, request.query_params, NO_ERRORS)

    async def do(self, request: Request) -> Response:
        """Stage a command for each, in the name of who sent the form."""
        deed = self._several.deed
        colleague = await self._colleagues.require(request, deed.reads, deed.command.permission)
        fields = await read_form(request)
        chosen = _chosen_in(fields)
        try:
            said = as_said(deed.fields, fields, "")
            commands = {str(row_id): command_of(deed.command, {**said, deed.about: str(row_id)}) for row_id in chosen}
        except FormErrors as errors:
            return await self._asked(request, fields, errors.by_field)
        key = await self._staging.say_each(colleague, commands, fields)
        query = [("sent", key), *((f"{CHOSEN}{row_id}", "on") for row_id in chosen)]
        return RedirectResponse(f"{self._several.path}/outcome?{urlencode(query)}", HTTPStatus.SEE_OTHER)

    async def show(self, request: Request) -> Response:
        """What became of each; it waits a moment for those that are on their way."""
        several, deed = self._several, self._several.deed
        colleague = await self._colleagues.require(request, deed.reads, deed.command.permission)
        chosen, key = _chosen_in(request.query_params), _key_in(request)
        became = await self._became(colleague, request, chosen, key)

        def read(look: Look) -> Content:
            rows = [(row_id, told, became.get(row_id)) for row_id, told in self._told(look, chosen)]
            return {"several": several, "rows": rows, "is_under_way": _is_under_way(became), "again": request.url.query}

        return await self._showing.page_of(colleague, request, "console/several_outcome.html", read)

    async def _became(
        self, colleague: Colleague, request: Request, chosen: Sequence[UUID], key: str
    ) -> Mapping[UUID, OperationView]:
        ends = asyncio.get_running_loop().time() + WAIT_SECONDS
        while True:
            became = await self._showing.read(colleague, request, lambda look: _operations(look, chosen, key))
            if not _is_under_way(became) or asyncio.get_running_loop().time() > ends:
                return became
            await asyncio.sleep(LOOKED_AT_EVERY_SECONDS)

    async def _asked(self, request: Request, asked: Mapping[str, str], errors: Mapping[str, str]) -> Response:
        several, deed = self._several, self._several.deed
        colleague = await self._colleagues.require(request, deed.reads, deed.command.permission)
        chosen = _chosen_in(asked)

        def read(look: Look) -> Content:
            rows = self._told(look, chosen)
            able = [row_id for row_id, told in rows if not told.why_not]
            sums = _sums([told for _, told in rows if not told.why_not])
            typed = {each.name: asked.get(each.name, "") for each in deed.fields}
            return {"several": several, "rows": rows, "able": able, "sums": sums, "typed": typed, "errors": errors}

        return await self._showing.page_of(colleague, request, "console/several.html", read)

    def _told(self, look: Look, chosen: Sequence[UUID]) -> list[tuple[UUID, Told]]:
        """What there is to tell of each; looked at together, it is noted once."""
        if not chosen:
            return []
        read, told = self._several.read, self._several.told

        def read_all(session: Session) -> Page[Any]:
            return Page(data=[read(session, row_id) for row_id in chosen], next_cursor=None)

        found = look.at(self._several.deed.reads, read_all)
        names = names_in(look.session, found.data)
        return [(row_id, told(each, names)) for row_id, each in zip(chosen, found.data, strict=True)]


def _operations(look: Look, chosen: Sequence[UUID], key: str) -> Mapping[UUID, OperationView]:
    """Those that the form with this key has staged."""
    principal, became = look.colleague.principal, {}
    for row_id in chosen:
        operation_key = idempotency_key(key_of_part(key, str(row_id)))
        row = find_any(look.session, operation_id(principal.caller, operation_key), principal.sees_operations_of)
        if row is not None:
            became[row_id] = view_operation(row)
    return became


def _is_under_way(became: Mapping[UUID, OperationView]) -> bool:
    return any(each.status in ON_ITS_WAY for each in became.values())


def _chosen_in(fields: Mapping[str, str]) -> list[UUID]:
    """The rows that are ticked, in their order. Raises Refused 404 for what is no id, 422 for too many."""
    try:
        chosen = list(dict.fromkeys(UUID(name.removeprefix(CHOSEN)) for name in fields if name.startswith(CHOSEN)))
    except ValueError:
        raise not_found() from None
    if len(chosen) > CHOSEN_MAX:
        text = f"These are more than {CHOSEN_MAX}: go back and choose fewer."
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "Too many at once", text)
    return chosen


def _key_in(request: Request) -> str:
    try:
        return str(UUID(request.query_params.get("sent", "")))
    except ValueError:
        raise not_found() from None


def _sums(told: Sequence[Told]) -> dict[str, int]:
    """In minor units by currency."""
    sums: dict[str, int] = {}
    for fact in (fact for each in told for fact in each.facts if fact.minor is not None):
        sums[fact.currency] = sums.get(fact.currency, 0) + (fact.minor or 0)
    return sums
