"""The queue of e-mails."""

from calls.send_emails import send_emails
from schemas.messages.emails import SendEmails
from workers.task import doorway
from workers.wiring import Work


@doorway(SendEmails)
def send(work: Work, message: SendEmails) -> None:
    """Send the e-mails of these outbox rows."""
    send_emails(work, message.ids)
