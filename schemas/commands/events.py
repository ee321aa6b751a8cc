"""Commands about the product's endpoints: who hears of what by webhooks."""

from typing import Self
from uuid import UUID

from pydantic import StrictBool, model_validator

from schemas.commands.base import Command
from schemas.event_types import TypeChoices
from schemas.instants import Instant
from schemas.names import Line
from schemas.urls import Url


class CreateEventEndpoint(Command):
    """Send events to this address. With `ordered` the next one of an account waits for the one before.

    Its secret is made by Cashbeat and read where it is shown: what a command brings or answers is kept as it is.
    """

    kind = "create_event_endpoint"
    permission = "events:write"

    url: Url
    types: TypeChoices = ("*",)
    ordered: StrictBool = False
    description: Line = ""


class OfEndpoint(Command):
    """What is about one endpoint."""

    endpoint_id: UUID


class UpdateEventEndpoint(OfEndpoint):
    """Change what is named and leave the rest. `enabled` lets one go on that was disabled, by whomever."""

    kind = "update_event_endpoint"
    permission = "events:write"

    url: Url | None = None
    types: TypeChoices | None = None
    ordered: StrictBool | None = None
    description: Line | None = None
    enabled: StrictBool | None = None


class DeleteEventEndpoint(OfEndpoint):
    """Send it nothing more, and forget what was sent."""

    kind = "delete_event_endpoint"
    permission = "events:write"


class RollEndpointSecret(OfEndpoint):
    """Sign with a new secret; for 24 hours with the one before as well."""

    kind = "roll_endpoint_secret"
    permission = "events:write"


class TestEventEndpoint(OfEndpoint):
    """Send an event that tells of nothing, at once; the result is what the endpoint answered."""

    __test__ = False  # no test case, whatever pytest makes of the name

    kind = "test_event_endpoint"
    permission = "events:write"


class RedeliverEvents(OfEndpoint):
    """Send again: one event, or all of a range that the endpoint's types take in.

    Of a range only what was not delivered, unless `delivered_too`.
    """

    kind = "redeliver_events"
    permission = "events:write"

    event_id: UUID | None = None
    since: Instant | None = None
    until: Instant | None = None
    delivered_too: StrictBool = False

    @model_validator(mode="after")
    def _one_or_a_range(self) -> Self:
        if (self.event_id is None) == (self.since is None):
            raise ValueError("either event_id or since must be given")
        if self.until is not None and (self.since is None or self.until <= self.since):
            raise ValueError("until must be after since")
        return self


COMMANDS: tuple[type[Command], ...] = (
    CreateEventEndpoint,
    UpdateEventEndpoint,
    DeleteEventEndpoint,
    RollEndpointSecret,
    TestEventEndpoint,
    RedeliverEvents,
)
