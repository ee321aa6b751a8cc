"""A page from the cookie to the last tag: who looks, what they may see, read in one transaction, filled in."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from ingress.reads import Reads
from portal.once import Once, read_once
from portal.pages import Pages
from portal.shell import Shell, read_shell
from portal.visitors import Visitor, Visitors

Content = Mapping[str, Any]
Read = Callable[[Session, Visitor, Shell], Content]
Found = TypeVar("Found")


class Showing:
    """Shows pages to visitors."""

    def __init__(self, reads: Reads, visitors: Visitors, pages: Pages) -> None:
        self._reads = reads
        self._visitors = visitors
        self._pages = pages

    async def page(self, request: Request, permission: str, template: str, read: Read) -> Response:
        """The template, filled with what `read` finds. Raises as `Visitors.require`, and what `read` raises."""
        visitor = await self._visitors.require(request, permission)
        return await self.page_of(visitor, request, template, read)

    def gone(self, visitor: Visitor, title: str) -> Response:
        """For whoever is not here any more, by their own deed: that it is done, and the way to the product."""
        return self._pages.plain("gone.html", {"title": title, "return_url": visitor.return_url})

    async def page_of(
        self, visitor: Visitor, request: Request, template: str, read: Read, status: int = 200
    ) -> Response:
        """The same for who was asked already."""

        def read_all(session: Session) -> tuple[Shell, Once, Content]:
            shell = read_shell(session, visitor)
            return shell, read_once(session, request, visitor.principal), read(session, visitor, shell)

        shell, once, content = await self._reads.run(read_all, visitor.principal.sight)
        return self._pages.show(template, visitor, shell, {"once": once, **content}, request.url.path)

    async def read(self, visitor: Visitor, read: Callable[[Session], Found]) -> Found:
        """What has to be known before a form is taken. Raises what `read` raises."""
        return await self._reads.run(read, visitor.principal.sight)
