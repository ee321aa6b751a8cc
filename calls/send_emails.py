"""Send e-mails: each once per cause, under the outbox row's key."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.errors import Rejected
from billing.events.queries import BY_REQUEST, count_waiting, find_endpoint
from billing.invoices.queries import find_pdf, get_invoice
from billing.invoices.stage_receipt import MAILS_OF_INVOICES
from billing.invoices.tables import InvoiceStatus
from billing.mail.queries import reachable
from billing.notices.copies import copies_for
from billing.notices.describe_invoice import describe_invoice
from billing.notices.letterhead import Letterhead
from billing.notices.letters import LETTERS
from billing.notices.occasion import Moot, Occasion, require
from billing.payments.queries import as_uuid
from database.outbox import OutboxEntry
from documents.emails import render_payment_confirmation
from documents.endpoint_mail import EndpointFacts, render_endpoint_disabled
from documents.notices import render_notice
from schemas.declines import explain_decline
from schemas.documents import EmailFacts
from workers import claims
from workers.wiring import Work


def send_emails(work: Work, entry_ids: Sequence[UUID]) -> None:
    """Send the e-mails of these outbox rows."""
    for entry in claims.take(work.database, OutboxEntry, entry_ids):
        with claims.attempt(work.database, entry):
            if claims.lease(work.database, entry):
                _send(work, entry)


def _send(work: Work, entry: OutboxEntry) -> None:
    """Claim, call, record: the key is the cause, so a repeat after a lost answer is the same e-mail.

    Where its news has moved on meanwhile, as a balance does, the first one stands.
    What is no longer true when it is to be sent is dropped; the row's result says why.
    """
    if _is_key_forgotten(work, entry):
        raise Rejected("email_outcome_unknown", "An earlier try may have been delivered; not sent again blindly.")
    try:
        with work.database.transaction() as session:
            email = _marked(EMAILS[entry.topic](work, session, entry), entry)
            reached = reachable(session, (email.recipient, *email.copies))
            require(bool(reached), "mail to this address has stopped: it bounced, or its owner complained")
            email = replace(email, recipient=reached[0], copies=tuple(reached[1:]))
    except Moot as moot:
        result = {"dropped": str(moot)}
    else:
        email_ref = work.email.send(email, sender=_sender(work), idempotency_key=entry.cause)
        result = {"email_ref": email_ref} if email_ref else {"went_out": "on an earlier try, with what was true then"}
    claims.finish(work.database, entry, lambda session: result)


def _marked(email: EmailFacts, entry: OutboxEntry) -> EmailFacts:
    """A receipt is of one invoice, which its cause names."""
    topic, invoice_id = [*entry.cause.split("/"), ""][:2]
    is_of_invoice = topic in MAILS_OF_INVOICES and as_uuid(invoice_id) is not None
    return replace(email, invoice_id=invoice_id) if is_of_invoice else email


def _is_key_forgotten(work: Work, entry: OutboxEntry) -> bool:
    """Whether a repeat could be a second e-mail: an earlier try is older than its key is honoured."""
    first_at = entry.first_attempt_at
    return entry.attempts > 1 and first_at is not None and work.wall().at - first_at > work.email.key_window


def letterhead_of(work: Work) -> Letterhead:
    """Who writes, and how."""
    return Letterhead(
        seller=work.seller,
        manage_url=work.portal_url,
        payment_instructions=work.payment_instructions,
        method_names=work.method_names,
        explain=explain_decline,
        public_url=work.public_url,
        invitation_url=work.invitation_url,
        portal_public_url=work.portal_public_url,
    )


def _sender(work: Work) -> str:
    return f"{work.seller.name} <{work.seller.email}>"


def _payment_confirmation(work: Work, session: Session, entry: OutboxEntry) -> EmailFacts:
    """To where the account's mails go now: the paper keeps the address of the day of its issue."""
    facts = describe_invoice(session, entry.subject_id, letterhead_of(work))
    require(facts.status == InvoiceStatus.PAID, f"the invoice is {facts.status}")
    account = get_account(session, get_invoice(session, entry.subject_id).account_id)
    require(account.closed_at is None, "the account was deleted")
    email = render_payment_confirmation(facts, find_pdf(session, entry.subject_id), account.billing_email)
    return replace(email, copies=copies_for(session, account.id, entry.topic, email.recipient))


def _notice(work: Work, session: Session, entry: OutboxEntry) -> EmailFacts:
    occasion = Occasion(entry.subject_id, entry.cause, letterhead_of(work), work.wall(), entry.topic)
    facts = LETTERS[entry.topic](session, occasion)
    return render_notice(entry.topic, facts, facts.buyer.email)


def _endpoint_disabled(work: Work, session: Session, entry: OutboxEntry) -> EmailFacts:
    """To the company itself; no customer is concerned."""
    endpoint = find_endpoint(session, entry.subject_id)
    if endpoint is None or endpoint.disabled_at is None or endpoint.disabled_because == BY_REQUEST:
        raise Moot("it was enabled, or deleted")
    waiting = count_waiting(session, endpoint.id)
    because, at = endpoint.disabled_because, endpoint.disabled_at
    return render_endpoint_disabled(EndpointFacts(str(endpoint.id), endpoint.url, because, at, waiting), work.seller)


EMAILS: dict[str, Callable[[Work, Session, OutboxEntry], EmailFacts]] = {
    "payment_confirmation": _payment_confirmation,
    "endpoint_disabled": _endpoint_disabled,
    **dict.fromkeys(LETTERS, _notice),
}
