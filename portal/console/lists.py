"""A list of the console: its filters stand in its address, and are held to what the API's route of it takes."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingress.queries.filters import Filter
from portal.console.hands import Hands
from portal.console.showing import Content, Look
from portal.forms import errors_by_field
from schemas.views.base import Page

Wanted = TypeVar("Wanted", bound=Filter)
# in every list, and no filter of it
OF_PAGES = ("sort", "cursor")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Listed(Generic[Wanted]):
    """What is listed where, by the API's own filter and query. `asked` are the filters that its form has.

    `shown` is what its template needs besides: words to choose from. Of `days`, which the API takes as instants, a day
    stands for its beginning.
    """

    path: str
    template: str
    permission: str
    wanted: type[Wanted]
    read: Callable[[Session, Wanted], Page[Any]]
    asked: tuple[str, ...]
    shown: Mapping[str, Any] = field(default_factory=dict)
    days: tuple[str, ...] = ()


class ListPage(Generic[Wanted]):
    """`GET` of one list."""

    def __init__(self, hands: Hands, listed: Listed[Wanted]) -> None:
        self._showing = hands.showing
        self._colleagues = hands.colleagues
        self._listed = listed

    def routes(self) -> list[Route]:
        """Its address."""
        return [Route(self._listed.path, self.show, methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """A page of it. A filter that cannot be used is told beside its field, and nothing is listed."""
        listed = self._listed
        asked = {
            name: request.query_params[name].strip() for name in (*listed.asked, *OF_PAGES) if _is_said(request, name)
        }
        colleague = await self._colleagues.require(request, listed.permission)
        try:
            wanted = listed.wanted.model_validate({**asked, **_beginnings(asked, listed.days)})
        except ValidationError as error:
            content = self._content(asked, errors_by_field(error), None)
            return await self._showing.page_of(colleague, request, listed.template, lambda _: content)

        def read(look: Look) -> Content:
            about = {"account_id": asked["account_id"]} if "account_id" in asked else {}
            return self._content(
                asked, {}, look.at(listed.permission, lambda session: listed.read(session, wanted), about)
            )

        return await self._showing.page_of(colleague, request, listed.template, read)

    def _content(self, asked: Mapping[str, str], errors: Mapping[str, str], page: Page[Any] | None) -> Content:
        filters = {name: value for name, value in asked.items() if name != "cursor"}
        return {
            **self._listed.shown,
            "page": page,
            "asked": asked,
            "errors": errors,
            "here": self._listed.path,
            "is_filtered": any(name != "sort" for name in filters),
            "following": f"{self._listed.path}?{urlencode(filters)}",
        }


def _is_said(request: Request, name: str) -> bool:
    return bool(request.query_params.get(name, "").strip())


def _beginnings(asked: Mapping[str, str], days: tuple[str, ...]) -> dict[str, str]:
    return {name: f"{asked[name]}T00:00:00Z" for name in days if _DAY.fullmatch(asked.get(name, ""))}
