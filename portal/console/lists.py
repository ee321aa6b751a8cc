"""A list of the console: its filters stand in its address, and are held to what the API's route of it takes."""

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from database.pages import PAGE_SIZE_MAX
from ingress.queries.filters import Filter
from portal.console.cells import header_of, row_of
from portal.console.colleagues import Colleague
from portal.console.hands import Hands
from portal.console.named import names_in
from portal.console.showing import Content, Look
from portal.csv_file import Row, csv_stream
from portal.forms import errors_by_field
from schemas.views.base import Page

Wanted = TypeVar("Wanted", bound=Filter)
# in every list, and no filter of it
OF_PAGES = ("sort", "limit", "cursor")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# a table that spreadsheets still open; whoever wants more narrows it by date
CSV_ROWS_MAX = 50_000


@dataclass(frozen=True, slots=True)
class Listed(Generic[Wanted]):
    """What is listed where, by the API's own filter and query. `asked` are the filters that its form has.

    `shown` is what its template needs besides: words to choose from. Of `days`, which the API takes as instants, a day
    stands for its beginning. With `columns`, fields of what is listed, it is to be had as CSV, too.
    """

    path: str
    template: str
    permission: str
    wanted: type[Wanted]
    read: Callable[[Session, Wanted], Page[Any]]
    asked: tuple[str, ...]
    shown: Mapping[str, Any] = field(default_factory=dict)
    days: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


class ListPage(Generic[Wanted]):
    """`GET` of one list, as a page and as a table to be kept."""

    def __init__(self, hands: Hands, listed: Listed[Wanted]) -> None:
        self._showing = hands.showing
        self._colleagues = hands.colleagues
        self._listed = listed

    def routes(self) -> list[Route]:
        """Its addresses."""
        path = self._listed.path
        table = [Route(f"{path}.csv", self.table, methods=["GET"])] if self._listed.columns else []
        return [*table, Route(path, self.show, methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """A page of it. A filter that cannot be used is told beside its field, and nothing is listed."""
        listed, asked = self._listed, self._asked_in(request)
        colleague = await self._colleagues.require(request, listed.permission)
        try:
            wanted = self._wanted(asked)
        except ValidationError as error:
            content = self._content(asked, errors_by_field(error), None)
            return await self._showing.page_of(colleague, request, listed.template, lambda _: content)

        def read(look: Look) -> Content:
            page = self._page(look, wanted, asked)
            return {**self._content(asked, {}, page), "names": names_in(look.session, page.data)}

        return await self._showing.page_of(colleague, request, listed.template, read)

    async def table(self, request: Request) -> Response:
        """Up to `CSV_ROWS_MAX` of them, by the same filters, sent as they are read. What is no filter leads back."""
        listed = self._listed
        asked = {name: value for name, value in self._asked_in(request).items() if name != "cursor"}
        colleague = await self._colleagues.require(request, listed.permission)
        try:
            wanted = self._wanted(asked)
        except ValidationError:
            return RedirectResponse(f"{listed.path}?{urlencode(asked)}", HTTPStatus.SEE_OTHER)
        rows = self._rows(colleague, request, wanted, asked)
        return csv_stream(listed.path.rpartition("/")[2], header_of(listed.columns), rows)

    async def _rows(
        self, colleague: Colleague, request: Request, wanted: Wanted, asked: Mapping[str, str]
    ) -> AsyncIterator[Sequence[Row]]:
        """Page by page, each in a transaction of its own, in which it is noted that it was looked at."""
        left = CSV_ROWS_MAX
        while left > 0:
            page_of = wanted.model_copy(update={"limit": min(PAGE_SIZE_MAX, left)})
            page = await self._showing.read(colleague, request, partial(self._page, wanted=page_of, asked=asked))
            yield [row_of(each, self._listed.columns) for each in page.data]
            if page.next_cursor is None:
                return
            left -= len(page.data)
            wanted = self._wanted({**asked, "cursor": page.next_cursor})

    def _page(self, look: Look, wanted: Wanted, asked: Mapping[str, str]) -> Page[Any]:
        about = {"account_id": asked["account_id"]} if "account_id" in asked else {}
        listed = self._listed
        return look.at(listed.permission, lambda session: listed.read(session, wanted), about)

    def _asked_in(self, request: Request) -> Mapping[str, str]:
        names = (*self._listed.asked, *OF_PAGES)
        return {name: request.query_params[name].strip() for name in names if _is_said(request, name)}

    def _wanted(self, asked: Mapping[str, str]) -> Wanted:
        return self._listed.wanted.model_validate({**asked, **_beginnings(asked, self._listed.days)})

    def _content(self, asked: Mapping[str, str], errors: Mapping[str, str], page: Page[Any] | None) -> Content:
        filters = {name: value for name, value in asked.items() if name != "cursor"}
        return {
            **self._listed.shown,
            "page": page,
            "asked": asked,
            "errors": errors,
            "here": self._listed.path,
            "is_filtered": any(name not in OF_PAGES for name in filters),
            "following": f"{self._listed.path}?{urlencode(filters)}",
            "as_csv": f"{self._listed.path}.csv?{urlencode(filters)}" if self._listed.columns else "",
        }


def _is_said(request: Request, name: str) -> bool:
    return bool(request.query_params.get(name, "").strip())


def _beginnings(asked: Mapping[str, str], days: tuple[str, ...]) -> dict[str, str]:
    return {name: f"{asked[name]}T00:00:00Z" for name in days if _DAY.fullmatch(asked.get(name, ""))}
