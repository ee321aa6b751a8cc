"""Faults on demand: what goes wrong in the real world, made to happen when a test asks for it.

A fault strikes with a probability (`rate`, drawn from the sandbox's seed), for a number of times (`count`, then it is
spent), or both. Faults live in memory: a restart clears them.
"""

import asyncio
import itertools
import random
from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, TypeAdapter

from sandbox.json_types import JsonObject

# where the vendors' clients call us; pages and control endpoints are only struck when a fault names their path
API_PREFIXES = ("/v1/", "/paypal/v", "/emails")
# longer than any client's own time limit in our tests, short enough for a test run to end
HANG_SECONDS_DEFAULT = 30.0


class Fault(BaseModel):
    """What every fault has: how often it strikes."""

    model_config = ConfigDict(extra="forbid")

    rate: Annotated[float, Field(gt=0, le=1)] = 1.0
    count: Annotated[int, Field(ge=1)] | None = None


class WebhookFault(Fault):
    """Strikes deliveries. `event_types` narrows it, for example to `["checkout.session.completed"]`."""

    event_types: tuple[str, ...] = ()

    def matches(self, event_type: str) -> bool:
        """Whether this fault has anything to do with such an event."""
        return not self.event_types or event_type in self.event_types


class Duplicate(WebhookFault):
    """Each event is delivered `copies` times in all.

    Imitates Stripe's at-least-once delivery: an answer that was lost on its way back, or a retry racing it, makes the
    same event arrive again.
    """

    kind: Literal["duplicate"]
    copies: Annotated[int, Field(ge=2, le=100)] = 2


class Reorder(WebhookFault):
    """Each delivery is held back by a random time within the window, so events overtake one another.

    Imitates that Stripe does not promise any order: `checkout.session.completed` may come before
    `payment_intent.created`.
    """

    kind: Literal["reorder"]
    window_seconds: Annotated[float, Field(gt=0, le=3600)] = 2.0


class Delay(WebhookFault):
    """Each delivery starts `seconds` late. Imitates a backlog at Stripe, when events come minutes or hours late."""

    kind: Literal["delay"]
    seconds: Annotated[float, Field(gt=0, le=86_400)]


class Drop(WebhookFault):
    """The event is recorded but never sent.

    Imitates an endpoint that was disabled or unreachable for more than the three days Stripe tries: the events list is
    the only place where it can still be found.
    """

    kind: Literal["drop"]


class ApiFault(Fault):
    """Strikes requests. Without `path` (a prefix) all API calls are meant, but no page and no control endpoint."""

    path: str = ""
    method: Annotated[str, Field(pattern="^[A-Z]*$")] = ""

    def matches(self, method: str, path: str) -> bool:
        """Whether this fault has anything to do with such a request."""
        prefixes = (self.path,) if self.path else API_PREFIXES
        return path.startswith(prefixes) and self.method in ("", method)


class TooManyRequests(ApiFault):
    """429 with Retry-After; nothing is executed. Imitates the rate limiter at the vendor's edge."""

    kind: Literal["429"]
    retry_after_seconds: Annotated[int, Field(ge=0)] = 1


class ServerError(ApiFault):
    """500. Imitates a failure inside the vendor; `stage` says how far the request had come.

    `before`: at the edge, nothing ran and nothing is stored under the idempotency key. `during`: execution began and
    failed; nothing changed, and the 500 is stored and replayed for 24 hours, as Stripe's documentation says of v1.
    `after`: everything was done, yet a 500 is answered and stored.
    """

    kind: Literal["500"]
    stage: Literal["before", "during", "after"] = "during"


class TimeoutBefore(ApiFault):
    """The connection hangs for `seconds` and is cut; nothing happens.

    Imitates a network that swallows the request. The caller cannot tell it from `answer_lost`.
    """

    kind: Literal["timeout_before"]
    seconds: Annotated[float, Field(ge=0, le=600)] = HANG_SECONDS_DEFAULT


class AnswerLost(ApiFault):
    """The request is fully executed, its answer is stored under its idempotency key, and the connection is cut.

    Imitates the worst case of paying over a network: the card was charged and the caller was never told. With a `path`
    of `/pay/` it strikes the buyer's browser.
    """

    kind: Literal["answer_lost"]


class Slow(ApiFault):
    """The request takes `seconds`, or until the fault is taken away; its idempotency key is in use meanwhile.

    Imitates a slow vendor. A second request with the same key gets 409.
    """

    kind: Literal["slow"]
    seconds: Annotated[float, Field(gt=0, le=600)]
    _taken_away: asyncio.Event = PrivateAttr(default_factory=asyncio.Event)

    async def last(self) -> None:
        """Return when its time is over."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._taken_away.wait(), self.seconds)

    def end(self) -> None:
        """Let whoever waits go on at once."""
        self._taken_away.set()


AnyFault = Annotated[
    Duplicate | Reorder | Delay | Drop | TooManyRequests | ServerError | TimeoutBefore | AnswerLost | Slow,
    Field(discriminator="kind"),
]
ADAPTER: TypeAdapter[AnyFault] = TypeAdapter(AnyFault)

WebhookFaultType = TypeVar("WebhookFaultType", bound=WebhookFault)


class ArmedFault:
    """A fault in place, with the number of times it struck."""

    def __init__(self, fault_id: str, fault: AnyFault) -> None:
        self.id = fault_id
        self.fault = fault
        self.struck = 0

    @property
    def spent(self) -> bool:
        """Whether its count is used up."""
        return self.fault.count is not None and self.struck >= self.fault.count

    def shown(self) -> JsonObject:
        """As JSON, for the control API."""
        return {"id": self.id, **self.fault.model_dump(), "struck": self.struck, "spent": self.spent}


class Faults:
    """The faults in place. The earliest that matches a request strikes it; webhook faults of several kinds add up."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._numbers = itertools.count(1)
        self._armed: dict[str, ArmedFault] = {}

    def arm(self, description: object) -> ArmedFault:
        """Put a fault in place, from its JSON. Raises pydantic's ValidationError."""
        armed = ArmedFault(f"flt_{next(self._numbers)}", ADAPTER.validate_python(description))
        self._armed[armed.id] = armed
        return armed

    def disarm(self, fault_id: str) -> bool:
        """Take one away; False when there is no such fault."""
        armed = self._armed.pop(fault_id, None)
        if armed is not None and isinstance(armed.fault, Slow):
            armed.fault.end()
        return armed is not None

    def clear(self) -> None:
        """Take all away."""
        for fault_id in list(self._armed):
            self.disarm(fault_id)

    def shown(self) -> list[JsonObject]:
        """All faults with their strikes, oldest first; spent ones stay visible until cleared."""
        return [armed.shown() for armed in self._armed.values()]

    def strike_request(self, method: str, path: str) -> ApiFault | None:
        """The fault that this request meets, if any."""
        matching = (
            armed
            for armed in self._armed.values()
            if isinstance(armed.fault, ApiFault) and armed.fault.matches(method, path)
        )
        struck = self._strike(matching)
        return struck if isinstance(struck, ApiFault) else None

    def strike_delivery(self, wanted: type[WebhookFaultType], event_type: str) -> WebhookFaultType | None:
        """The fault of this kind that this event meets, if any."""
        matching = (
            armed
            for armed in self._armed.values()
            if isinstance(armed.fault, wanted) and armed.fault.matches(event_type)
        )
        struck = self._strike(matching)
        return struck if isinstance(struck, wanted) else None

    def _strike(self, candidates: Iterator[ArmedFault]) -> AnyFault | None:
        for armed in candidates:
            if not armed.spent and self.dice.random() < armed.fault.rate:
                armed.struck += 1
                return armed.fault
        return None
