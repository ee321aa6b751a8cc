"""E-mails: each is sent once per cause, under the outbox row's key."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.invoices.queries import find_pdf
from billing.invoices.tables import InvoiceStatus
from billing.notices.describe_invoice import describe_invoice
from billing.notices.letters import LETTERS
from billing.notices.occasion import Letterhead, Moot, Occasion, require
from database.outbox import OutboxEntry
from documents.declines import explain_decline
from documents.emails import render_payment_confirmation
from documents.notices import render_notice
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
    """Claim, call, record: the key is the cause, so a repeat after a lost answer is the same e-mail.

    What is no longer true when it is to be sent is dropped; the row's result says why.
    """
    if entry.attempts > 1 and entry.first_attempt_at and work.now() - entry.first_attempt_at > KEY_WINDOW:
        raise Rejected("email_outcome_unknown", "An earlier try may have been delivered; not sent again blindly.")
    try:
        with work.database.transaction() as session:
            email = EMAILS[entry.topic](work, session, entry)
    except Moot as moot:
        result = {"dropped": str(moot)}
    else:
        result = {"email_ref": work.email.send(email, sender=_sender(work), idempotency_key=entry.cause)}
    claims.finish(work.database, entry, lambda session: result)


def _sender(work: Work) -> str:
    return f"{work.seller.name} <{work.seller.email}>"


def _payment_confirmation(work: Work, session: Session, entry: OutboxEntry) -> EmailFacts:
    facts = describe_invoice(session, entry.subject_id, work.seller, work.payment_instructions)
    require(facts.status == InvoiceStatus.PAID, f"the invoice is {facts.status}")
    return render_payment_confirmation(facts, find_pdf(session, entry.subject_id), facts.buyer.email)


def _notice(work: Work, session: Session, entry: OutboxEntry) -> EmailFacts:
    letterhead = Letterhead(work.seller, work.portal_url, work.payment_instructions, explain_decline)
    facts = LETTERS[entry.topic](session, Occasion(entry.subject_id, entry.cause, letterhead, work.now()))
    return render_notice(entry.topic, facts, facts.buyer.email)


EMAILS: dict[str, Callable[[Work, Session, OutboxEntry], EmailFacts]] = {
    "payment_confirmation": _payment_confirmation,
    **dict.fromkeys(LETTERS, _notice),
}
