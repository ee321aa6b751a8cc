"""What every mail has: an occasion, a letterhead, and a customer."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.clocks.wall import Wall
from billing.invoices.pay_link import pay_url
from billing.invoices.queries import find_pdf, get_invoice
from billing.invoices.tables import OWED
from billing.notices.copies import copies_for
from billing.notices.describe_invoice import describe_invoice
from billing.notices.letterhead import Letterhead
from schemas.documents import NoticeFacts, PartyFacts


class Moot(Exception):
    """What the mail would say has ceased to be true or to matter since it was staged: it is not sent. Says why."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """One mail to be written: the id of what it is about, its cause in the outbox, and the wall clock's time.

    By its `topic` the account's further recipients get a copy.
    """

    subject_id: UUID
    cause: str
    letterhead: Letterhead
    wall: Wall
    topic: str = ""


def require(is_true: bool, otherwise: str) -> None:
    """Raise Moot with the reason `otherwise` unless `is_true`."""
    if not is_true:
        raise Moot(otherwise)


def write_to(session: Session, occasion: Occasion, account_id: UUID, **facts: Any) -> NoticeFacts:
    """Facts for a mail to an account, by its present name and address."""
    account = get_account(session, account_id)
    require(account.closed_at is None, "the account was deleted")
    buyer = PartyFacts(name=account.name, email=account.billing_email)
    letterhead = occasion.letterhead
    copies = copies_for(session, account_id, occasion.topic, buyer.email)
    return NoticeFacts(letterhead.seller, buyer, manage_url=letterhead.manage_url, copies=copies, **facts)


def with_invoice(session: Session, occasion: Occasion, invoice_id: UUID | None) -> dict[str, Any]:
    """The facts `invoice`, `pdf` (None before it is rendered) and, as long as it is owed, `pay_url`.

    There are no facts at all without an invoice.
    """
    if invoice_id is None:
        return {}
    invoice = get_invoice(session, invoice_id)
    return {
        "pay_url": pay_url(occasion.letterhead.public_url, invoice) if invoice.status in OWED else "",
        "invoice": describe_invoice(session, invoice_id, occasion.letterhead),
        "pdf": find_pdf(session, invoice_id),
    }
