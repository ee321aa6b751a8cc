"""E-mails: each is sent once per cause, under the outbox row's key."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.invoices.describe import describe_invoice
from billing.invoices.queries import get_pdf
from database.outbox import OutboxEntry
from documents.emails import render_payment_confirmation
from schemas.documents import EmailFacts
from schemas.messages import SendEmails
from workers import claims
from workers.task import doorway
from workers.wiring import Work

# Resend forgets an idempotency key after 24 hours; later a repeat could be a second e-mail.
KEY_WINDOW = timedelta(hours=23)


@doorway(SendEmails)
def send(work: Work, message: SendEmails) -> None:
    """Send the e-mails of these outbox rows."""
    for entry in claims.take(work.database, OutboxEntry, message.ids):
        with claims.attempt(work.database, entry):
            if claims.lease(work.database, entry):
                _send(work, entry)


def _send(work: Work, entry: OutboxEntry) -> None:
    """Claim, call, record: the key is the cause, so a repeat after a lost answer is the same e-mail."""
    if entry.attempts > 1 and entry.first_attempt_at and work.now() - entry.first_attempt_at > KEY_WINDOW:
        raise Rejected("email_outcome_unknown", "An earlier try may have been delivered; not sent again blindly.")
    with work.database.transaction() as session:
        email = EMAILS[entry.topic](work, session, entry.subject_id)
    vendor_id = work.email.send(email, sender=_sender(work), idempotency_key=entry.cause)
    claims.finish(work.database, entry, lambda session: {"email_ref": vendor_id})


def _sender(work: Work) -> str:
    return f"{work.seller.name} <{work.seller.email}>"


def _payment_confirmation(work: Work, session: Session, invoice_id: UUID) -> EmailFacts:
    facts = describe_invoice(session, invoice_id, work.seller, work.payment_instructions)
    return render_payment_confirmation(facts, get_pdf(session, invoice_id), facts.buyer.email)


EMAILS: dict[str, Callable[[Work, Session, UUID], EmailFacts]] = {"payment_confirmation": _payment_confirmation}
