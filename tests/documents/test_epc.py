"""The square that a bank's app reads holds what the guidelines say, and is printed only where a transfer is awaited."""

from dataclasses import replace

import pytest
import segno

from documents.epc import epc_picture
from documents.invoice_html import invoice_html
from documents.invoice_pdf import render_invoice_pdf
from documents.notice_samples import BILL
from schemas.documents import InvoiceFacts
from schemas.transfer_facts import BankFacts

BANK = BankFacts("Example SaaS Inc.", "DE89370400440532013000", "COBADEFFXXX")
IN_EUROS = replace(BILL, currency="EUR", bank=BANK)


def test_it_holds_account_amount_and_reference() -> None:
    """Line by line as in EPC069-12, version 2; ISO 8859-1 is its character set 2."""
    lines = [
        "BCD", "002", "2", "SCT", "COBADEFFXXX", "Example SaaS Inc.", "DE89370400440532013000", "EUR58.31", "",
        "RF95INV20261100002",
    ]  # fmt: skip
    code = segno.make_qr("\n".join(lines).encode(), error="m", boost_error=False)
    assert epc_picture(IN_EUROS) == code.svg_data_uri(border=4, xmldecl=False, svgns=True)


@pytest.mark.parametrize(
    "invoice",
    [
        BILL,
        replace(IN_EUROS, currency="USD"),
        replace(IN_EUROS, bank=None),
        replace(IN_EUROS, pays_by="card"),
        replace(IN_EUROS, pays_by="wallet"),
        replace(IN_EUROS, status="paid"),
        replace(IN_EUROS, kept_minor=IN_EUROS.total_minor),
    ],
    ids=["no euros", "dollars", "no bank", "by card", "into a wallet", "paid", "nothing due"],
)
def test_otherwise_there_is_none(invoice: InvoiceFacts) -> None:
    assert epc_picture(invoice) == ""
    assert 'class="epc"' not in invoice_html(invoice)


def test_a_long_name_is_cut() -> None:
    assert epc_picture(replace(IN_EUROS, bank=replace(BANK, name="A" * 200, bic="")))


def test_it_is_printed() -> None:
    plain, with_code = render_invoice_pdf(replace(IN_EUROS, bank=None)), render_invoice_pdf(IN_EUROS)
    assert len(with_code) > len(plain)
