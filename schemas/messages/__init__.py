"""One class per task. A message carries ids, never state: whoever forges or repeats one can only ring a bell.

Task names are contracts between releases: a name or a field is added one release before anybody sends it.
A module per queue has its messages, and the outbox topics that they ring for.
"""

from schemas.messages import commands, documents, emails, events, payments, renewals, upkeep, webhooks
from schemas.messages.base import FollowUps, Message

MESSAGES: tuple[type[Message], ...] = (
    *webhooks.MESSAGES,
    *commands.MESSAGES,
    *documents.MESSAGES,
    *emails.MESSAGES,
    *events.MESSAGES,
    *payments.MESSAGES,
    *renewals.MESSAGES,
    *upkeep.MESSAGES,
)
# Which message rings for an outbox topic.
TOPICS: dict[str, type[FollowUps]] = {**documents.TOPICS, **payments.TOPICS, **emails.TOPICS}
