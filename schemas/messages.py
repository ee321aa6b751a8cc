"""One class per task. A message carries ids, never state: whoever forges or repeats one can only ring a bell.

Task names are contracts between releases: a name or a field is added one release before anybody sends it.
"""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

# One message stays well under 8 kB, and one handler's share of work under a few seconds.
WEBHOOK_IDS_MAX = 100
OUTBOX_IDS_MAX = 10


class Message(BaseModel):
    """Base of all messages: frozen, strict about fields, knows its task name and its queue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: ClassVar[str]
    queue: ClassVar[str]


class HandleWebhooks(Message):
    """Handle these inbox rows."""

    task = "webhooks.handle"
    queue = "webhooks"

    ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=WEBHOOK_IDS_MAX)]


class RunCommand(Message):
    """Run this stored operation. The Celery task id is the operation id."""

    task = "commands.run"
    queue = "commands"

    id: UUID


class SubmitCommand(Message):
    """Store a command that arrived through the broker alone, then run it. The same caller and key store it once."""

    task = "commands.submit"
    queue = "commands"

    kind: str
    body: dict[str, Any]
    caller: str
    idempotency_key: Annotated[str, Field(min_length=1, max_length=255)]


class RenderInvoices(Message):
    """Render the invoice PDFs that these outbox rows ask for."""

    task = "documents.render_invoices"
    queue = "documents"

    ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=OUTBOX_IDS_MAX)]


class SendEmails(Message):
    """Send the e-mails that these outbox rows ask for."""

    task = "emails.send"
    queue = "emails"

    ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=OUTBOX_IDS_MAX)]


class Periodic(Message):
    """A tick of beat. `interval_seconds` says how long the period is that this tick asks for."""

    queue = "upkeep"

    interval_seconds: Annotated[int, Field(ge=1)]


class SweepMemories(Periodic):
    """Ring again for everything that is due and was not heard."""

    task = "upkeep.sweep"


class PruneMemories(Periodic):
    """Forget what is finished and old."""

    task = "upkeep.prune"


class PullEvents(Periodic):
    """Ask the gateway for events whose webhooks never came."""

    task = "reconciliation.pull_events"


class LookUpPayments(Periodic):
    """Ask the gateway about payments that have been open for too long."""

    task = "reconciliation.look_up_payments"


class CheckInvariants(Periodic):
    """Ask the books the questions that must have no answer."""

    task = "reconciliation.check_invariants"


class BeatHeart(Message):
    """Prove that this queue is alive, end to end. Sent to every queue, so it has no queue of its own."""

    task = "upkeep.beat_heart"
    queue = "upkeep"

    of_queue: str


# Which message rings for an outbox topic. E-mail topics are the names of the e-mails.
TOPICS: dict[str, type[RenderInvoices] | type[SendEmails]] = {
    "invoice_pdf": RenderInvoices,
    "payment_confirmation": SendEmails,
}

MESSAGES: tuple[type[Message], ...] = (
    HandleWebhooks,
    RunCommand,
    SubmitCommand,
    RenderInvoices,
    SendEmails,
    SweepMemories,
    PruneMemories,
    PullEvents,
    LookUpPayments,
    CheckInvariants,
    BeatHeart,
)
