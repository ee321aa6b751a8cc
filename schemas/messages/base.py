"""What every message is."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

# One message stays well under 8 kB, and one handler's share of work under a few seconds.
OUTBOX_IDS_MAX = 10
# Captures wait for the gateway side by side; more in one message keeps a worker's threads busy.
CHARGE_IDS_MAX = 50


class Message(BaseModel):
    """Base of all messages: frozen, strict about fields, knows its task name and its queue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: ClassVar[str]
    queue: ClassVar[str]
    # a tick of beat: it comes by the minute, whether there is something to do or not
    is_tick: ClassVar[bool] = False


class FollowUps(Message):
    """Base of the messages about outbox rows; one message carries `ids_max` of them at most."""

    ids_max: ClassVar[int] = OUTBOX_IDS_MAX

    ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=CHARGE_IDS_MAX)]


class Periodic(Message):
    """A tick of beat. `interval_seconds` says how long the period is that this tick asks for."""

    queue = "upkeep"
    is_tick = True

    interval_seconds: Annotated[int, Field(ge=1)]
