"""What gateways told."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from schemas.messages.base import Message

# One message stays well under 8 kB, and one handler's share of work under a few seconds.
WEBHOOK_IDS_MAX = 100


class HandleWebhooks(Message):
    """Handle these inbox rows."""

    task = "webhooks.handle"
    queue = "webhooks"

    ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=WEBHOOK_IDS_MAX)]


class VerifyWebhooks(Message):
    """Find out whether these events, which the door could not check, are genuine."""

    task = "webhooks.verify"
    queue = "webhooks"

    ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=WEBHOOK_IDS_MAX)]


MESSAGES: tuple[type[Message], ...] = (HandleWebhooks, VerifyWebhooks)
