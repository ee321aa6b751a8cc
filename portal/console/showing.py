"""A page of the console from the cookie to the last tag: who looks, what they may see, read in one transaction.

What is read of customers is written down in that transaction, as where the API is asked (`ingress.noted`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from ingress.noted import noted
from ingress.reads import Reads
from portal.console.colleagues import Colleague, Colleagues
from portal.console.navigation import NAVIGATION
from portal.once import Once, read_once
from portal.pages import ENGLISH, UTC_ZONE, Pages

Content = Mapping[str, Any]
Answer = TypeVar("Answer")
NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Look:
    """One look of somebody's at a page."""

    session: Session
    colleague: Colleague
    request: Request

    def at(
        self, permission: str, read: Callable[[Session], Answer], about: Mapping[str, Any] = NOTHING
    ) -> Answer:  # fmt: skip
        """What this finds; that it was looked at is written down, and whose it is, as `noted` does."""
        return noted(self.colleague.principal, permission, self.request, read, about)(self.session)


Read = Callable[[Look], Content]


class Showing:
    """Shows pages to colleagues."""

    def __init__(self, reads: Reads, colleagues: Colleagues, pages: Pages) -> None:
        self._reads = reads
        self._colleagues = colleagues
        self._pages = pages

    async def page(self, request: Request, permission: str, template: str, read: Read) -> Response:
        """The template, filled with what `read` finds. Raises as `Colleagues.require`, and what `read` raises."""
        colleague = await self._colleagues.require(request, permission)
        return await self.page_of(colleague, request, template, read)

    async def page_of(
        self, colleague: Colleague, request: Request, template: str, read: Read, status: int = 200
    ) -> Response:
        """The same for who was asked already."""

        def read_all(look: Look) -> tuple[Once, Content]:
            return read_once(look.session, request, colleague.principal), read(look)

        once, content = await self.read(colleague, request, read_all)
        ways = [way for way in NAVIGATION if colleague.may(way.permission)]
        around = {"colleague": colleague, "ways": ways, "path": request.url.path, "once": once}
        return self._pages.fill(template, {**around, **content}, ENGLISH, UTC_ZONE)

    async def read(self, colleague: Colleague, request: Request, read: Callable[[Look], Answer]) -> Answer:
        """What `read` finds, for who was asked already."""
        return await self._reads.run(
            lambda session: read(Look(session, colleague, request)), colleague.principal.sight
        )  # fmt: skip
