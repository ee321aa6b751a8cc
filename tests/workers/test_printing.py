"""Invoices as a worker prints them: one whose letters no font has, and one that is printed twice."""

import io
from collections.abc import Iterator
from uuid import UUID

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from billing.invoices.queries import find_pdf
from billing.invoices.tables import Invoice, InvoiceDocument
from billing.payments.intend_charge import intend_charge
from database.memory import WorkState
from database.outbox import OutboxEntry
from schemas.messages.documents import RenderInvoices
from tasks import documents
from tests.billing.subscribers import Books, utc
from tests.workers.hands import at_work, equip
from workers.wiring import Work

MAY = utc("2026-05-01 10:00")
# Toto, a script of 2021: younger than the fonts that are installed
YOUNG_LETTER = "\U0001e290"


def _buy(books: Books, name: str) -> UUID:
    account_id = books.open(name)
    books.give_card(account_id, MAY)
    books.subscribe(account_id, MAY)
    books.answer(MAY)
    return books.invoices(account_id)[-1].id


def _outbox(work: Work, topic: str) -> dict[UUID, OutboxEntry]:
    with work.database.transaction() as session:
        rows = session.scalars(select(OutboxEntry).where(OutboxEntry.topic == topic))
        return {row.subject_id: row for row in rows}


@pytest.fixture
def printer(database_url: str, broker_url: str) -> Iterator[Work]:
    """A worker that prints; what it parks stays parked."""
    work = equip(database_url, broker_url)
    with at_work(work):
        yield work
    work.database.engine.dispose()


def test_a_letter_that_no_font_has_parks_its_invoice_and_its_neighbour_is_printed(printer: Work) -> None:
    books = Books(printer.database)
    unprintable, japanese = _buy(books, f"Ada {YOUNG_LETTER}"), _buy(books, "例示株式会社")
    rows = _outbox(printer, "invoice_pdf")
    documents.render_invoices(**RenderInvoices(ids=tuple(row.id for row in rows.values())).model_dump(mode="json"))

    rows = _outbox(printer, "invoice_pdf")
    assert {invoice_id: row.state for invoice_id, row in rows.items()} == {
        unprintable: WorkState.PARKED,
        japanese: WorkState.DONE,
    }
    reason = rows[unprintable].error or ""
    assert "LettersMissing: no installed font has U+1E290 TOTO LETTER PA (in buyer.name)" in reason
    assert "Ada" not in reason
    with printer.database.transaction() as session:
        assert find_pdf(session, unprintable) is None
        assert find_pdf(session, japanese) is not None
        causes = session.scalars(select(OutboxEntry.cause).where(OutboxEntry.topic == "subscription_activated"))
        assert causes.all() == [f"subscription_activated/{japanese}"]


def _print_all(printer: Work) -> None:
    waiting = select(OutboxEntry.id).where(OutboxEntry.topic == "invoice_pdf", OutboxEntry.state == WorkState.READY)
    with printer.database.transaction() as session:
        ids = tuple(session.scalars(waiting))
    documents.render_invoices(**RenderInvoices(ids=ids).model_dump(mode="json"))


def _paper(printer: Work, invoice_id: UUID) -> str:
    with printer.database.transaction() as session:
        pdf = find_pdf(session, invoice_id) or b""
    return " ".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())


def test_the_receipt_of_a_bill_carries_a_paper_that_says_it_is_paid_and_the_bill_is_kept(printer: Work) -> None:
    books = Books(printer.database)
    account_id = books.open()
    books.subscribe(account_id, MAY, pay_by="transfer")
    (bill,) = books.invoices(account_id)
    _print_all(printer)
    assert "Amount due 99.00 USD" in _paper(printer, bill.id)

    books.give_card(account_id, MAY)
    with printer.database.transaction() as session:
        attempt = intend_charge(session, session.get_one(Invoice, bill.id), "a customer in person", MAY)
        assert attempt is not None
    assert books.answer(MAY) == 1
    _print_all(printer)
    assert "Paid on 1 May 2026 -99.00 USD Amount due 0.00 USD" in _paper(printer, bill.id)
    with printer.database.transaction() as session:
        kinds = session.scalars(select(InvoiceDocument.kind).where(InvoiceDocument.invoice_id == bill.id))
        assert sorted(kinds) == ["pdf", "pdf_unpaid"]
