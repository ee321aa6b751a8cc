"""Commands about usage: what was used, what is set apart for work under way, and what operations cost."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, Strict, StringConstraints, model_validator

from schemas.amounts import CreditsOrNone
from schemas.commands.base import Command
from schemas.instants import Instant
from schemas.names import Line, Name

# One command's share of a transaction: a tenth of a second of locks on one account.
EVENTS_MAX = 1_000

OperationName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([._-][a-z0-9]+)*$", max_length=100)]
EventId = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,200}$")]
UsedQuantity = Annotated[int, Strict(), Field(ge=1, le=1_000_000_000)]
PerQuantity = Annotated[int, Strict(), Field(ge=1, le=1_000_000_000)]
# a minute is too short for work whose cost is not known; after a day nobody works at it any more
LastsSeconds = Annotated[int, Strict(), Field(ge=60, le=86_400)]


class UsageEvent(BaseModel):
    """So much of an operation was used. Without a time it was now."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    event_id: EventId
    operation: OperationName
    quantity: UsedQuantity = 1
    site: Line = ""
    happened_at: Instant | None = None


class RecordUsage(Command):
    """Record what an account has used, and take its credits: each event once. One event may stand for itself."""

    kind = "record_usage"
    permission = "usage:write"
    begins = True
    is_own_audit = True
    in_sets = True
    body_bytes_max = 512 * 1024

    account_id: UUID
    events: Annotated[tuple[UsageEvent, ...], Field(min_length=1, max_length=EVENTS_MAX)]

    @model_validator(mode="before")
    @classmethod
    def _one_is_a_batch_of_one(cls, said: Any) -> Any:
        if not isinstance(said, Mapping) or "events" in said or "event_id" not in said:
            return said
        event = {name: value for name, value in said.items() if name != "account_id"}
        return {name: value for name, value in said.items() if name == "account_id"} | {"events": [event]}


class ReserveUsage(Command):
    """Set credits apart for work whose cost is known afterwards: what so much of an operation costs."""

    kind = "reserve_usage"
    permission = "usage:write"
    begins = True
    is_own_audit = True

    account_id: UUID
    operation: OperationName
    quantity: UsedQuantity
    lasts_seconds: LastsSeconds = 3_600


class OfReservation(Command):
    """Base of the commands about a reservation."""

    reservation_id: UUID


class SettleUsage(OfReservation):
    """The work of a reservation is done and has used so much; the rest of its credits goes back."""

    kind = "settle_usage"
    permission = "usage:write"
    is_own_audit = True

    event_id: EventId
    quantity: UsedQuantity
    site: Line = ""


class ReleaseUsage(OfReservation):
    """Nothing was used: all credits of a reservation go back."""

    kind = "release_usage"
    permission = "usage:write"
    is_own_audit = True


class SetCreditCost(Command):
    """What an operation costs from an instant on, or from now: `credits` for every `per_quantity` units."""

    kind = "set_credit_cost"
    permission = "credit_costs:write"

    operation: OperationName
    name: Name
    unit: Name
    credits: CreditsOrNone
    per_quantity: PerQuantity = 1
    rounding: Literal["up", "down", "half_up"] = "up"
    valid_from: Instant | None = None


class SetCreditOverdraftMax(Command):
    """How far below zero an account's own use may take its balance; 0 for not at all."""

    kind = "set_credit_overdraft_max"
    permission = "credit_limits:write"

    account_id: UUID
    credit_overdraft_max: CreditsOrNone


COMMANDS: tuple[type[Command], ...] = (
    RecordUsage, ReserveUsage, SettleUsage, ReleaseUsage, SetCreditCost, SetCreditOverdraftMax,
)  # fmt: skip
