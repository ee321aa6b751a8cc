"""`cashbeat event`: where events are sent, how that went, and what is sent again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from billing.events import queries
from billing.events.queries import BY_REQUEST
from billing.events.redeliver import redeliver as redeliver_events
from billing.events.update_endpoint import update_endpoint
from database.pages import Paging
from schemas.commands.events import RedeliverEvents, UpdateEventEndpoint
from schemas.views.events import EventDeliveryView, EventEndpointView
from settings import Settings
from stack.payments import refusals_told
from stack.printable import printable_line
from stack.sessions import reading, session


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be sent again."""

    event_id: UUID | None
    since: datetime | None
    until: datetime | None
    delivered_too: bool


def list_endpoints(settings: Settings) -> list[str]:
    """A line per endpoint, the oldest first. Raises StackError without a database."""
    with reading(settings) as opened:
        return [_endpoint(each) for each in queries.list_endpoints(opened).data]


def list_deliveries(settings: Settings, endpoint_id: UUID, limit: int) -> list[str]:
    """A line per delivery, the newest last, as in a log. Raises StackError for an endpoint that is not there."""
    with refusals_told(), reading(settings) as opened:
        page = queries.list_deliveries(opened, endpoint_id, Paging(limit=limit))
        return [_delivery(each) for each in reversed(page.data)]


def shortcomings(settings: Settings) -> list[str]:
    """A sentence per endpoint that takes nothing, none for one that a person has disabled.

    Raises StackError without a database.
    """
    with reading(settings) as opened:
        endpoints = queries.list_endpoints(opened).data
    deaf = [each for each in endpoints if _takes_nothing(each) and each.disabled_because != BY_REQUEST]
    return [printable_line(f"{each.url}: {_standing(each)}, {each.waiting} waiting") for each in deaf]


def set_enabled(settings: Settings, endpoint_id: UUID, *, enabled: bool) -> str:
    """What was done. Raises StackError for an endpoint that is not there."""
    with refusals_told(), session(settings) as opened:
        update_endpoint(opened, UpdateEventEndpoint(endpoint_id=endpoint_id, enabled=enabled))
        waiting = queries.count_waiting(opened, endpoint_id)
    return f"sent now: {waiting} that waited" if enabled else f"nothing is sent; {waiting} wait"


def redeliver(settings: Settings, endpoint_id: UUID, wanted: Wanted) -> str:
    """How many are sent again. Raises StackError for what is not there or too much, ValidationError for no range."""
    command = _command(endpoint_id, wanted)
    with refusals_told(), session(settings) as opened:
        return f"sent again: {redeliver_events(opened, command)}"


def _command(endpoint_id: UUID, wanted: Wanted) -> RedeliverEvents:
    return RedeliverEvents(
        endpoint_id=endpoint_id,
        event_id=wanted.event_id,
        since=wanted.since,
        until=wanted.until,
        delivered_too=wanted.delivered_too,
    )


def _takes_nothing(endpoint: EventEndpointView) -> bool:
    return endpoint.failing_since is not None or not endpoint.enabled


def _endpoint(endpoint: EventEndpointView) -> str:
    types = ",".join(endpoint.types)
    return printable_line(f"{endpoint.id}  {_standing(endpoint)}  {endpoint.waiting} waiting  {types}  {endpoint.url}")


def _standing(endpoint: EventEndpointView) -> str:
    if endpoint.disabled_at is not None:
        return f"disabled {endpoint.disabled_at:%Y-%m-%d %H:%M} ({endpoint.disabled_because})"
    return f"failing since {endpoint.failing_since:%Y-%m-%d %H:%M}" if endpoint.failing_since else "well"


def _delivery(delivery: EventDeliveryView) -> str:
    (last, *_) = (*delivery.tries, None)
    answer = "" if last is None else f"{last.status or last.error} in {last.milliseconds} ms"
    told = f"{delivery.created_at:%Y-%m-%d %H:%M:%S}  {delivery.status}  {delivery.type}  {delivery.event_id}  {answer}"
    return printable_line(told.rstrip())
