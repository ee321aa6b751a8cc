"""Forms that customers sent too late, in the portal."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from billing.callers.park import find_parked, park, unpark
from database.sight import EVERYTHING
from ingress.reads import Reads
from portal.parking import ParkedPage, Parking, Shelf
from portal.showing import Showing
from portal.site import Site
from portal.visitors import Visitor, Visitors

PERMISSION = "accounts:read"


def parking_of(reads: Reads, site: Site) -> Parking[Visitor]:
    """Of the same user of the same account."""
    shelf: Shelf[Visitor] = Shelf(
        "/account/",
        park,
        lambda session, hashed, visitor: find_parked(session, hashed, visitor.account_id, visitor.principal.id),
        unpark,
        EVERYTHING,
    )
    return Parking(reads, site, shelf)


def page_of(parking: Parking[Visitor], visitors: Visitors, showing: Showing) -> ParkedPage[Visitor]:
    """Where they see them again."""

    async def require(request: Request) -> Visitor:
        return await visitors.require(request, PERMISSION)

    async def show(visitor: Visitor, request: Request, content: Mapping[str, Any]) -> Response:
        return await showing.page_of(visitor, request, "parked.html", lambda *_: content)

    return ParkedPage(parking, require, show)
