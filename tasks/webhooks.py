"""The queue of gateway events."""

from calls.handle_webhooks import handle_webhooks
from schemas.messages import HandleWebhooks
from workers.task import doorway
from workers.wiring import Work


@doorway(HandleWebhooks)
def handle(work: Work, message: HandleWebhooks) -> None:
    """Handle these inbox rows."""
    handle_webhooks(work, message.ids)
