"""One class per task. A message carries ids, never state: whoever forges or repeats one can only ring a bell.

Task names are contracts between releases: a name or a field is added one release before anybody sends it.
"""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

# One message stays well under 8 kB, and one handler's share of work under a few seconds.
WEBHOOK_IDS_MAX = 100
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


class RunCommand(Message):
    """Run this stored operation. The Celery task id is the operation id."""

    task = "commands.run"
    queue = "commands"

    id: UUID


class SubmitCommand(Message):
    """Store a command that a product sent through the broker, then run it. The same caller and key store it once."""

    task = "commands.submit"
    queue = "commands"

    kind: Annotated[str, Field(min_length=1, max_length=100)]
    body: dict[str, Any]
    caller: Annotated[str, Field(pattern=r"^app/[a-z0-9][a-z0-9-]{0,59}$")]
    idempotency_key: Annotated[str, Field(min_length=1, max_length=255)]


class FollowUps(Message):
    """Base of the messages about outbox rows; one message carries `ids_max` of them at most."""

    ids_max: ClassVar[int] = OUTBOX_IDS_MAX

    ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=CHARGE_IDS_MAX)]


class RenderInvoices(FollowUps):
    """Render the invoice PDFs that these outbox rows ask for."""

    task = "documents.render_invoices"
    queue = "documents"


class RenderCreditNotes(FollowUps):
    """Render the credit note PDFs that these outbox rows ask for."""

    task = "documents.render_credit_notes"
    queue = "documents"


class CreditVoidedInvoices(FollowUps):
    """Issue the credit notes of the void invoices that these outbox rows name."""

    task = "documents.credit_voided_invoices"
    queue = "documents"


class WriteEvidence(FollowUps):
    """Write the evidence against the disputes that these outbox rows name."""

    task = "documents.write_evidence"
    queue = "documents"


class SendEmails(FollowUps):
    """Send the e-mails that these outbox rows ask for."""

    task = "emails.send"
    queue = "emails"


class ChargeCards(FollowUps):
    """Charge the saved cards that these outbox rows ask for."""

    task = "payments.charge"
    queue = "payments"

    ids_max = CHARGE_IDS_MAX


class CancelPayments(FollowUps):
    """Cancel at their gateways the payments that these outbox rows name: each takes several calls, so it goes alone."""

    task = "payments.cancel"
    queue = "payments"

    ids_max = 1


class CapturePayments(FollowUps):
    """Capture what customers agreed to on the pages that these outbox rows name: a customer waits for each."""

    task = "payments.capture"
    queue = "payments"

    ids_max = 1


class RefundPayments(FollowUps):
    """Ask gateways for the refunds that these outbox rows name: each may take several calls, so it goes alone."""

    task = "payments.refund"
    queue = "payments"

    ids_max = 1


class Periodic(Message):
    """A tick of beat. `interval_seconds` says how long the period is that this tick asks for."""

    queue = "upkeep"
    is_tick = True

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
    queue = "payments"


class LookUpPayments(Periodic):
    """Ask the gateway about payments that have been open for too long."""

    task = "reconciliation.look_up_payments"
    queue = "payments"


class RenewSubscriptions(Periodic):
    """Begin the periods that fall due, end what ends."""

    task = "renewals.sweep"
    queue = "renewals"


class DunInvoices(Periodic):
    """Try again what was not paid and is due for another try; end what had its last."""

    task = "dunning.sweep"
    queue = "renewals"


class SweepCredits(Periodic):
    """Let credits expire, top up what is low."""

    task = "credits.sweep"
    queue = "renewals"


class NoticeCards(Periodic):
    """Tell customers whose card expires soon, whose trial ends soon, and whose transfer is due or late."""

    task = "renewals.notice"
    queue = "renewals"


class AdvanceClocks(Message):
    """Let time go on for the test clocks that are on their way. Anybody may ring at any time; it changes no result."""

    task = "clocks.advance"
    queue = "renewals"
    is_tick = True


class CheckInvariants(Periodic):
    """Ask the books the questions that must have no answer."""

    task = "reconciliation.check_invariants"


class BeatHeart(Message):
    """Prove that this queue is alive, end to end. Sent to every queue, so it has no queue of its own."""

    task = "upkeep.beat_heart"
    queue = "upkeep"
    is_tick = True

    of_queue: str


# Which message rings for an outbox topic. E-mail topics are the names of the e-mails.
TOPICS: dict[str, type[FollowUps]] = {
    "invoice_pdf": RenderInvoices,
    "credit_note_pdf": RenderCreditNotes,
    "invoice_voided": CreditVoidedInvoices,
    "dispute_evidence": WriteEvidence,
    "charge": ChargeCards,
    "cancel_payment": CancelPayments,
    "capture": CapturePayments,
    "refund": RefundPayments,
    "payment_confirmation": SendEmails,
    "subscription_activated": SendEmails,
    "subscription_renewal": SendEmails,
    "subscription_canceled": SendEmails,
    "subscription_paused": SendEmails,
    "payment_failed": SendEmails,
    "renewal_unpaid": SendEmails,
    "plan_change_unpaid": SendEmails,
    "plan_change_dropped": SendEmails,
    "trial_ending": SendEmails,
    "card_expiring": SendEmails,
    "low_credits": SendEmails,
    "top_up_stopped": SendEmails,
    "invoice_created": SendEmails,
    "refund_notification": SendEmails,
    "credit_note_created": SendEmails,
    "manual_payment_instructions": SendEmails,
    "payment_approved": SendEmails,
    "payment_rejected": SendEmails,
    "payment_reminder": SendEmails,
    "order_canceled": SendEmails,
}

MESSAGES: tuple[type[Message], ...] = (
    HandleWebhooks,
    VerifyWebhooks,
    RunCommand,
    SubmitCommand,
    RenderInvoices,
    RenderCreditNotes,
    CreditVoidedInvoices,
    WriteEvidence,
    SendEmails,
    ChargeCards,
    CancelPayments,
    CapturePayments,
    RefundPayments,
    RenewSubscriptions,
    DunInvoices,
    SweepCredits,
    NoticeCards,
    AdvanceClocks,
    SweepMemories,
    PruneMemories,
    PullEvents,
    LookUpPayments,
    CheckInvariants,
    BeatHeart,
)
