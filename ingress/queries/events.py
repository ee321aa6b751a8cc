"""Reads of events."""

from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema
from sqlalchemy.orm import Session

from billing.events.queries import list_deliveries, list_events
from billing.events.tables import DeliveryState
from database.pages import PAGE_SIZE_MAX
from ingress.queries.filters import Filter, PageFilter, figure
from schemas.event_types import TypeChoices
from schemas.instants import Instant
from schemas.views.base import Page
from schemas.views.events import EventDeliveryView, EventPage

_CHOICE = r"(\*|[a-z_]{1,40}\.(\*|[a-z_]{1,60}))"
CHOICES = WithJsonSchema({"type": "string", "pattern": f"^{_CHOICE}(,{_CHOICE}){{0,49}}$", "examples": ["invoice.*"]})


def _listed(written: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in written.split(","))


class EventFilter(Filter):
    """A page of events. `cursor` is `next_cursor` of the page before; `type` may name several, with commas."""

    cursor: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$")] = "0"
    limit: Annotated[int, BeforeValidator(figure), Field(ge=1, le=PAGE_SIZE_MAX)] = 20
    type: Annotated[TypeChoices, BeforeValidator(_listed), CHOICES] | None = None
    account_id: UUID | None = None
    since: Instant | None = None


def events(session: Session, wanted: EventFilter) -> EventPage:
    """`GET /v1/events/`"""
    return list_events(
        session,
        types=wanted.type or (),
        account_id=wanted.account_id,
        since=wanted.since,
        after=int(wanted.cursor),
        limit=wanted.limit,
    )


class DeliveryFilter(PageFilter):
    """A page of what was for one endpoint."""

    endpoint_id: UUID
    status: DeliveryState | None = None


def deliveries(session: Session, wanted: DeliveryFilter) -> Page[EventDeliveryView]:
    """`GET /v1/events/deliveries/`"""
    return list_deliveries(session, wanted.endpoint_id, wanted.paging, state=wanted.status)
