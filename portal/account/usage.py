"""Usage: what was used on which day and for what, where it leads, and the same numbers as files."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingress.queries.filters import UsageFilter
from ingress.queries.usage import analytics, costs
from portal.charts import bars, donut, line
from portal.csv_file import csv_answer
from portal.forms import errors_by_field
from portal.hands import Hands
from portal.refused import Refused
from portal.shell import Shell
from portal.showing import Content
from portal.visitors import Visitor
from schemas.views.usage import OperationOfUsage, UsageAnalyticsView

PERMISSION = "usage:read"
TEMPLATE = "account/usage.html"
# what a visitor may ask for; whose usage it is is not theirs to say
ASKED = ("since", "until")
TOP = 5


@dataclass(frozen=True, slots=True)
class Used:
    """The numbers, and what operations are called."""

    seen: UsageAnalyticsView
    names: Mapping[str, str]

    def name(self, operation: str) -> str:
        """As the price list calls it; one that is on it no more, by its own word."""
        return self.names.get(operation, operation)


class UsagePage:
    """`/account/usage`, and its numbers as CSV."""

    def __init__(self, hands: Hands) -> None:
        self._reads = hands.reads
        self._showing = hands.showing
        self._visitors = hands.visitors

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [
            Route("/account/usage", self.show, methods=["GET"]),
            Route("/account/usage/days.csv", self.days, methods=["GET"]),
            Route("/account/usage/operations.csv", self.operations, methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        """Cards, charts and tables of a range. One that cannot be is told beside its field."""
        visitor = await self._visitors.require(request, PERMISSION)
        try:
            wanted = _wanted(request, visitor)
        except ValidationError as error:
            content = {"asked": _asked(request), "errors": _by_field(error), "used": None}
            return await self._showing.page_of(visitor, request, TEMPLATE, lambda *_: content)

        def read(session: Session, visitor: Visitor, shell: Shell) -> Content:
            return _content(_read(session, wanted))

        return await self._showing.page_of(visitor, request, TEMPLATE, read)

    async def days(self, request: Request) -> Response:
        """Events and credits of each day, in all and by operation."""
        used = await self._used(request)
        header = ["date", "events", "credits", *(each.operation for each in used.seen.series)]
        rows = (
            [day.date.isoformat(), day.events, day.credits, *(each.credits[n] for each in used.seen.series)]
            for n, day in enumerate(used.seen.days)
        )
        return csv_answer(f"usage-days-{used.seen.since}-{used.seen.until}", header, rows)

    async def operations(self, request: Request) -> Response:
        """What each operation came to."""
        used = await self._used(request)
        rows = (
            [each.operation, used.name(each.operation), each.events, each.quantity, each.credits, each.share_ppm]
            for each in used.seen.operations
        )
        header = ["operation", "name", "events", "quantity", "credits", "share_ppm"]
        return csv_answer(f"usage-operations-{used.seen.since}-{used.seen.until}", header, rows)

    async def _used(self, request: Request) -> Used:
        visitor = await self._visitors.require(request, PERMISSION)
        try:
            wanted = _wanted(request, visitor)
        except ValidationError:
            text = "There are no such days. Choose them on the page of your usage."
            raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "Not these days", text) from None
        return await self._reads.run(lambda session: _read(session, wanted), visitor.principal.sight)


def _asked(request: Request) -> dict[str, str]:
    return {name: request.query_params[name] for name in ASKED if request.query_params.get(name)}


def _wanted(request: Request, visitor: Visitor) -> UsageFilter:
    return UsageFilter.model_validate({**_asked(request), "account_id": visitor.account_id})


def _by_field(error: ValidationError) -> dict[str, str]:
    """What is wrong with both ends together is told beside the second."""
    errors = errors_by_field(error)
    together = errors.pop("", None)
    return {"until": together, **errors} if together else errors


def _read(session: Session, wanted: UsageFilter) -> Used:
    return Used(analytics(session, wanted), {each.operation: each.name for each in costs(session).data})


def _content(used: Used) -> Content:
    seen = used.seen
    asked = {"since": seen.since.isoformat(), "until": seen.until.isoformat()}
    return {
        "asked": asked,
        "errors": {},
        "used": used,
        "query": urlencode(asked),
        "days_chart": line([day.credits for day in seen.days]),
        "slices": donut([_share(used, each) for each in seen.operations]),
        "top_chart": bars([(used.name(each.operation), each.credits) for each in seen.operations[:TOP]]),
    }


def _share(used: Used, each: OperationOfUsage) -> tuple[str, int, int]:
    return used.name(each.operation), each.credits, each.share_ppm
