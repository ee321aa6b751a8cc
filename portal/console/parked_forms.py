"""Forms that the company's own people sent too late, in the console."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from billing.callers.park_of_staff import find_parked_of_staff, park_of_staff, unpark_of_staff
from database.sight import NOTHING
from ingress.reads import Reads
from portal.console.colleagues import Colleague, Colleagues
from portal.console.showing import Showing
from portal.parking import ParkedPage, Parking, Shelf
from portal.site import Site


def parking_of_staff(reads: Reads, site: Site) -> Parking[Colleague]:
    """Of the same person."""
    shelf: Shelf[Colleague] = Shelf(
        "/admin/",
        park_of_staff,
        lambda session, hashed, colleague: find_parked_of_staff(session, hashed, colleague.staff_id),
        unpark_of_staff,
        NOTHING,
    )
    return Parking(reads, site, shelf)


def page_of_staff(
    parking: Parking[Colleague], colleagues: Colleagues, showing: Showing
) -> ParkedPage[Colleague]:  # fmt: skip
    """Where they see them again."""

    async def require(request: Request) -> Colleague:
        return await colleagues.require(request)

    async def show(colleague: Colleague, request: Request, content: Mapping[str, Any]) -> Response:
        return await showing.page_of(colleague, request, "console/parked.html", lambda _: content)

    return ParkedPage(parking, require, show)
