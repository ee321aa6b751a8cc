"""An issued invoice that is void has its credit note, as paper and mail, however often its bell rings."""

from sqlalchemy import select

from billing.credit_notes.tables import CreditNote
from billing.credit_notes.void_invoice import void_issued
from billing.invoices.tables import Invoice
from database.outbox import OutboxEntry
from tasks import documents
from tests.workers.owing import Owing


def _rung(owing: Owing, topic: str) -> list[str]:
    """Whatever was staged under a topic is done, twice; returns the causes."""
    with owing.work.database.transaction() as session:
        entries = session.scalars(select(OutboxEntry).where(OutboxEntry.topic == topic)).all()
    doorway = {"invoice_voided": documents.credit_voided_invoices, "credit_note_pdf": documents.render_credit_notes}
    for _ in range(2):
        doorway[topic](ids=[entry.id for entry in entries])
    return [entry.cause for entry in entries]


def test_a_void_invoice_has_its_credit_note_as_paper_and_mail(owing: Owing) -> None:
    with owing.work.database.transaction() as session:
        invoice = session.get_one(Invoice, owing.invoice_id, with_for_update=True)
        void_issued(session, invoice, owing.work.wall().at)
        total_minor = invoice.total_minor
    assert len(_rung(owing, "invoice_voided")) == 1
    assert len(_rung(owing, "credit_note_pdf")) == 1
    with owing.work.database.transaction() as session:
        note = session.scalars(select(CreditNote)).one()
        mails = session.scalars(select(OutboxEntry.topic).where(OutboxEntry.subject_id == note.id)).all()
        assert session.get_one(Invoice, owing.invoice_id).credited_minor == total_minor
    assert (note.total_minor, note.unpaid_minor, note.reason) == (total_minor, total_minor, "invoice_voided")
    assert sorted(mails) == ["credit_note_created", "credit_note_pdf"]
