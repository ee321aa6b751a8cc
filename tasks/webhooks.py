"""The queue of gateway events."""

from calls.handle_webhooks import handle_webhooks
from calls.verify_webhooks import verify_webhooks
from schemas.messages.webhooks import HandleWebhooks, VerifyWebhooks
from workers.task import doorway
from workers.wiring import Work


@doorway(HandleWebhooks)
def handle(work: Work, message: HandleWebhooks) -> None:
    """Handle these inbox rows."""
    handle_webhooks(work, message.ids)


@doorway(VerifyWebhooks)
def verify(work: Work, message: VerifyWebhooks) -> None:
    """Find out which of these unverified rows are genuine."""
    verify_webhooks(work, message.ids)
