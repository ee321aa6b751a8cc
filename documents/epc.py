"""The square on an invoice in euros that a bank's app reads, so that nobody types.

EPC069-12, Quick Response Code: Guidelines to Enable Data Capture for the Initiation of a SEPA Credit Transfer.
"""

from decimal import Decimal

from segno import helpers

from documents.amounts import due_minor
from schemas.documents import InvoiceFacts
from schemas.transfer_facts import BankFacts

CURRENCY = "EUR"
CENTS = Decimal(100)
# what the guidelines allow
NAME_LENGTH_MAX = 70
GREATEST_MINOR = 99_999_999_999


def epc_picture(invoice: InvoiceFacts) -> str:
    """As the address of an SVG; empty unless a transfer in euros is awaited, to an account that is known."""
    bank = invoice.bank
    if bank is None or invoice.status != "pending" or invoice.pays_by != "transfer" or invoice.currency != CURRENCY:
        return ""
    return transfer_picture(bank, due_minor(invoice), invoice.payment_reference)


def transfer_picture(bank: BankFacts, cents: int, reference: str) -> str:
    """The same for so many cents under a reference, however that is spaced; empty for what no such square can ask."""
    if not 0 < cents <= GREATEST_MINOR:
        return ""
    code = helpers.make_epc_qr(
        bank.name[:NAME_LENGTH_MAX], bank.iban, Decimal(cents) / CENTS, reference=reference.replace(" ", ""),
        bic=bank.bic or None,
    )  # fmt: skip
    address: str = code.svg_data_uri(border=4, xmldecl=False, svgns=True)
    return address
