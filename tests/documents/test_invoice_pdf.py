"""What a finance department reads off an invoice."""

import io
import subprocess
import sys
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from billing.errors import Rejected
from documents.invoice_pdf import render_invoice_pdf
from documents.limits import TEXT_LENGTH_MAX
from documents.samples import sample_invoice
from schemas.documents import InvoiceFacts, LineFacts, PartyFacts, TaxFacts

ROOT = Path(__file__).parents[2]
A4_POINTS = (595, 842)


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in read(pdf).pages).split())


def with_lines(*lines: LineFacts, taxes: tuple[TaxFacts, ...] = (), **changes: object) -> InvoiceFacts:
    subtotal = sum(line.net_minor for line in lines)
    tax = sum(each.tax_minor for each in taxes)
    total = subtotal + tax
    payment = replace(sample_invoice().payments[0], amount_minor=total, paid_minor=total)
    sums = {"subtotal_minor": subtotal, "tax_minor": tax, "total_minor": total, "payments": (payment,)}
    return replace(sample_invoice(), lines=lines, taxes=taxes, **sums, **changes)  # type: ignore[arg-type] # by name


@pytest.fixture(scope="module")
def paid_pdf() -> bytes:
    return render_invoice_pdf(sample_invoice())


def test_a_paid_invoice_says_who_what_when_and_how_much(paid_pdf: bytes) -> None:
    text = text_of(paid_pdf)
    invoice = sample_invoice()
    for party in (invoice.seller, invoice.buyer):
        for printed in (party.name, *party.address_lines, party.tax_id, party.email):
            assert printed in text
    assert "Number INV-2026-11-00001 Issued 22 November 2026 Due 22 December 2026 Paid 22 November 2026" in text
    assert "Additional seats 22 to 30 November 2026 12 3.00 36.00" in text
    assert "Team plan, per month 22 November to 21 December 2026 1 49.00 49.00" in text
    assert "Subtotal 264.98 USD VAT 19% on 264.98 USD 50.35 USD Total 315.33 USD" in text
    assert "Total 315.33 USD Paid on 22 November 2026 -315.33 USD Amount due 0.00 USD" in text
    assert "315.33 USD paid on 22 November 2026" in text
    assert "PAID" in text
    assert "315.33 USD on 22 November 2026: Visa ending in 4242, reference CB-7Q2M-48XK" in text
    assert "2,000 credits added to your account." in text
    assert "Terms: payable within 30 days" in text
    assert "https://example.com" in text
    assert "Page 1 of 1" in text


def test_it_is_one_tagged_a4_page_with_metadata(paid_pdf: bytes) -> None:
    reader = read(paid_pdf)
    assert reader.metadata is not None
    assert reader.metadata.title == "Invoice INV-2026-11-00001"
    assert reader.metadata.author == "Example SaaS Inc."
    assert reader.metadata.creation_date_raw == "D:20261122"
    root: dict[str, Any] = dict(reader.root_object)
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert tuple(round(float(side)) for side in reader.pages[0].mediabox[2:]) == A4_POINTS


def unpaid(**changes: Any) -> InvoiceFacts:
    """The sample before it was paid."""
    pending = replace(sample_invoice(), status="pending", paid_on=None, payments=(), credits_granted=0)
    return replace(pending, credits_to_come=2_000, payment_instructions="Example Bank\nIBAN DE00", **changes)


def test_an_unpaid_invoice_asks_for_its_money_and_says_how_it_is_paid() -> None:
    text = text_of(render_invoice_pdf(unpaid(pays_by="transfer")))
    assert "315.33 USD due 22 December 2026" in text
    assert "Total 315.33 USD Amount due 315.33 USD" in text
    assert "Please pay 315.33 USD by bank transfer by 22 December 2026, and quote INV-2026-11-00001 as" in text
    assert "as the reference. Example Bank IBAN DE00" in text
    assert "2,000 credits are added to your account once this invoice is paid." in text
    assert "PAID" not in text
    assert "Paid" not in text


def test_an_invoice_that_is_paid_into_a_wallet_speaks_of_no_bank() -> None:
    text = text_of(render_invoice_pdf(replace(unpaid(pays_by="wallet"), payment_instructions="M-Pesa: 0712 345678")))
    assert "Please pay 315.33 USD by 22 December 2026, and quote INV-2026-11-00001 as" in text
    assert "M-Pesa: 0712 345678" in text
    assert "bank" not in text.lower()


def test_an_invoice_that_a_card_pays_by_itself_asks_for_no_transfer() -> None:
    text = text_of(render_invoice_pdf(unpaid()))
    assert "315.33 USD is charged to your card automatically; there is nothing that you need to do." in text
    assert "Example Bank" not in text
    paid = text_of(render_invoice_pdf(replace(sample_invoice(), payment_instructions="Example Bank")))
    assert "Example Bank" not in paid, "what is paid is not asked for"


def test_kept_money_and_what_came_already_are_named_and_subtracted() -> None:
    part = replace(sample_invoice().payments[0], amount_minor=20_000, paid_minor=20_000)
    text = text_of(render_invoice_pdf(unpaid(pays_by="transfer", kept_minor=10_000, payments=(part,))))
    assert (
        "Total 315.33 USD Paid from your balance -100.00 USD Paid on 22 November 2026 -200.00 USD Amount due 15.33 USD"
    ) in text
    assert "15.33 USD due 22 December 2026" in text
    assert "Please pay 15.33 USD by bank transfer" in text


def test_what_is_carried_over_was_not_paid() -> None:
    small = with_lines(LineFacts("Seats", 1, 30, 30), carried_over_minor=30)
    text = text_of(render_invoice_pdf(replace(small, payments=())))
    assert "0.30 USD carried over to a later invoice" in text
    assert "paid on" not in text
    asked = replace(sample_invoice().payments[0], amount_minor=31_563, paid_minor=31_563)
    after = text_of(render_invoice_pdf(replace(sample_invoice(), kept_minor=-30, payments=(asked,))))
    assert "315.63 USD paid on 22 November 2026" in after


def test_what_was_bought_automatically_says_so() -> None:
    text = text_of(render_invoice_pdf(replace(sample_invoice(), is_top_up=True)))
    assert "They were bought automatically, because your credits were running low." in text


def test_a_void_invoice_asks_for_nothing() -> None:
    text = text_of(render_invoice_pdf(replace(sample_invoice(), status="void", paid_on=None, payments=())))
    assert "VOID" in text
    assert "Amount due 0.00 USD" in text


def test_yen_have_no_decimals_and_every_tax_rate_has_its_row() -> None:
    invoice = with_lines(
        LineFacts("Hosting", 3, 5_000, 15_000),
        LineFacts("Books", 1, 1_000, 1_000),
        taxes=(TaxFacts("Consumption tax", 100_000, 15_000, 1_500), TaxFacts("Reduced", 80_000, 1_000, 80)),
        currency="JPY",
    )
    text = text_of(render_invoice_pdf(invoice))
    assert "Amount (JPY)" in text
    assert "Hosting 3 5,000 15,000" in text
    assert "Consumption tax 10% on 15,000 JPY 1,500 JPY" in text
    assert "Reduced 8% on 1,000 JPY 80 JPY" in text
    assert "Total 17,580 JPY" in text


def test_without_tax_the_row_says_so() -> None:
    text = text_of(render_invoice_pdf(with_lines(LineFacts("Hosting", 1, 500, 500), due_on=date(2026, 11, 22))))
    assert "Subtotal 5.00 USD Tax 0.00 USD Total 5.00 USD" in text
    assert "Terms: payable on receipt" in text


def test_many_lines_flow_to_further_pages_under_a_repeated_heading() -> None:
    lines = tuple(LineFacts(f"Region {number:03}", number, 100, 100 * number) for number in range(1, 31))
    pages = [page.extract_text() for page in read(render_invoice_pdf(with_lines(*lines))).pages]
    assert len(pages) == 2
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of 2" in page
        assert "Description" in page
        assert "INV-2026-11-00001" in page
    for line in lines:
        assert sum(line.description in page for page in pages) == 1
    assert "Total" in pages[-1]


def test_long_names_wrap_instead_of_running_out_of_their_column() -> None:
    name = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    text = text_of(render_invoice_pdf(replace(sample_invoice(), buyer=PartyFacts(name))))
    assert name not in text
    assert name in text.replace(" ", "")


@pytest.mark.parametrize(
    "name", ["חברה לדוגמה בע״מ", "شركة المثال", "例示株式会社", "👩‍👩‍👧 🧾", "a\u0301" * 40, " ", "\ud800"]
)
def test_any_script_is_drawn_and_never_breaks_an_invoice(name: str) -> None:
    pdf = render_invoice_pdf(with_lines(LineFacts(name, 1, 100, 100), buyer=PartyFacts(name, (name,))))
    assert len(read(pdf).pages) == 1


def test_the_same_facts_give_the_same_bytes_in_any_process(paid_pdf: bytes) -> None:
    program = (
        "import hashlib; from documents.invoice_pdf import render_invoice_pdf; from documents.samples import *;"
        "print(hashlib.sha256(render_invoice_pdf(sample_invoice())).hexdigest())"
    )
    other = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert render_invoice_pdf(sample_invoice()) == paid_pdf
    assert other.stdout.strip() == sha256(paid_pdf).hexdigest()


@pytest.mark.parametrize("name", ["subtotal_minor", "tax_minor", "total_minor", "kept_minor"])
def test_an_invoice_that_does_not_add_up_is_never_printed(name: str) -> None:
    wrong = replace(sample_invoice(), **{name: 1})  # type: ignore[arg-type] # by name
    with pytest.raises(ValueError, match="add up"):
        render_invoice_pdf(wrong)


def test_documents_that_would_take_minutes_are_refused() -> None:
    with pytest.raises(Rejected, match="text_too_long"):
        render_invoice_pdf(replace(sample_invoice(), notes=("x" * (TEXT_LENGTH_MAX + 1),)))
    with pytest.raises(Rejected, match="document_too_large"):
        render_invoice_pdf(with_lines(*[LineFacts("x" * 100, 1, 1, 1)] * 2_000))
