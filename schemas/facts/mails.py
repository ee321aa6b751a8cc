"""What became of e-mails, as their sender tells."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MailNews(StrEnum):
    """What is told of an e-mail."""

    DELIVERED = "delivered"
    DELAYED = "delayed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    FAILED = "failed"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class MailFact:
    """News of one e-mail, by the vendor's clock. `is_for_good`: no mail will ever come there; `said` is why."""

    news: MailNews
    email_ref: str
    addresses: tuple[str, ...]
    is_for_good: bool
    said: str
    happened_at: datetime
