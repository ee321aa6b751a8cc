"""The square on an invoice in euros that a bank's app reads, so that nobody types.

EPC069-12, Quick Response Code: Guidelines to Enable Data Capture for the Initiation of a SEPA Credit Transfer.
"""

from decimal import Decimal

from segno import helpers

from documents.amounts import due_minor
from schemas.documents import InvoiceFacts

CURRENCY = "EUR"
CENTS = Decimal(100)
# what the guidelines allow
NAME_LENGTH_MAX = 70
GREATEST_MINOR = 99_999_999_999


def epc_picture(invoice: InvoiceFacts) -> str:
    """As the address of an SVG; empty unless a transfer in euros is awaited, to an account that is known."""
    bank, due = invoice.bank, due_minor(invoice)
    if bank is None or invoice.status != "pending" or invoice.pays_by != "transfer" or invoice.currency != CURRENCY:
        return ""
    if not 0 < due <= GREATEST_MINOR:
        return ""
    reference = invoice.payment_reference.replace(" ", "")
    code = helpers.make_epc_qr(
        bank.name[:NAME_LENGTH_MAX], bank.iban, Decimal(due) / CENTS, reference=reference, bic=bank.bic or None
    )
    address: str = code.svg_data_uri(border=4, xmldecl=False, svgns=True)
    return address
