"""Events, and the objects in them that no other answer shows."""

from datetime import datetime
from typing import Any
from uuid import UUID

from schemas.views.base import View


class EventView(View):
    """What the product is told, in a list and by webhook alike: the same id has the same content for ever.

    `data` is the object as it was then, in the form of this `schema_version`. Ordered by `sequence` within its account;
    `happened_at` is when the change was begun.
    """

    id: UUID
    type: str
    schema_version: int
    account_id: UUID
    sequence: int
    happened_at: datetime
    data: dict[str, Any]


class EventPage(View):
    """Events in the order in which they happened. `next_cursor` goes on after the last of them, now or later.

    With `has_more` there are others already; without, ask again after a while.
    """

    data: list[EventView]
    next_cursor: str
    has_more: bool


class CreditGrantView(View):
    """Credits of one cause: a package that was paid, or a period of a plan. Frozen ones cannot be used for now."""

    id: UUID
    account_id: UUID
    source: str
    amount: int
    subscription_id: UUID | None
    is_frozen: bool
    granted_at: datetime
    expires_at: datetime | None


class EventEndpointView(View):
    """Where events are sent. `waiting` counts those that are not there yet.

    `disabled_because`: by_request, failing (for three days) or gone (it has answered 410). `failing_since`: nothing was
    taken since.
    """

    id: UUID
    url: str
    description: str
    types: list[str]
    ordered: bool
    enabled: bool
    disabled_at: datetime | None
    disabled_because: str
    failing_since: datetime | None
    waiting: int
    created_at: datetime


class EventEndpoints(View):
    """All of them, the oldest first."""

    data: list[EventEndpointView]


class EventAttemptView(View):
    """One request. `status` is the HTTP status; null: there was none, as `error` says. `answer` is how it began."""

    status: int | None
    milliseconds: int
    error: str
    answer: str
    attempted_at: datetime


class EventDeliveryView(View):
    """An event on its way to an endpoint. `status`: waiting (until `next_attempt_at`), delivered or given_up.

    `tries` are the newest requests, the newest first; `attempts` counts them since it was last asked for.
    """

    id: UUID
    endpoint_id: UUID
    event_id: UUID
    type: str
    account_id: UUID
    status: str
    attempts: int
    next_attempt_at: datetime | None
    finished_at: datetime | None
    created_at: datetime
    tries: list[EventAttemptView]


class EventDeliveries(View):
    """Of one event, to each endpoint."""

    data: list[EventDeliveryView]


class EndpointSecretView(View):
    """What its messages are signed with: the newest, and as long as it still signs, the one before."""

    endpoint_id: UUID
    secret: str
    secrets: list[str]
