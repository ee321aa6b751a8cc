"""The papers of the books: every issued invoice described, and whether its paper says what the books say."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.invoices.tables import OWED, Invoice
from billing.notices.describe_invoice import describe_invoice
from billing.notices.letterhead import Letterhead
from documents.amounts import closing, due_minor
from documents.arithmetic import require_sums
from schemas.documents import InvoiceFacts, PartyFacts

LETTERHEAD = Letterhead(
    PartyFacts("Example SaaS Inc."), "", "Example Bank, IBAN DE00", {"stripe": "Card (Stripe)"}, lambda code: code
)


def contradictions(session: Session) -> list[str]:
    """What papers say otherwise than the books, by invoice."""
    issued = session.scalars(select(Invoice).where(Invoice.number.is_not(None)).order_by(Invoice.id))
    return [wrong for invoice in issued if (wrong := _contradiction(session, invoice))]


def _contradiction(session: Session, invoice: Invoice) -> str:
    facts = describe_invoice(session, invoice.id, LETTERHEAD)
    left_minor = invoice.left_minor if invoice.status in OWED else 0
    if due_minor(facts) != left_minor:
        return f"{invoice.number} asks for {due_minor(facts)}, the books for {left_minor}"
    if facts.status != "void" and not _adds_up(facts):
        return f"{invoice.number} does not add up: {closing(facts)}"
    try:
        require_sums(facts)
    except ValueError as error:
        return str(error)
    return ""


def _adds_up(facts: InvoiceFacts) -> bool:
    """Whether the total and what is written below it come to what is due, as a reader with a pencil finds out."""
    *rows, (_, due) = closing(facts)
    return facts.total_minor + sum(minor for _, minor in rows) == due
