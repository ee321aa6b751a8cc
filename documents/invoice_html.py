"""An invoice as markup: which sentences it shows, and in what words."""

from base64 import b64encode
from functools import lru_cache

from documents.formatting import format_count, format_date, format_money
from documents.templates import read, render
from schemas.documents import InvoiceFacts, PartyFacts

STAMPS = {"paid": "PAID", "void": "VOID", "draft": "DRAFT"}
SETTLED = frozenset({"paid", "void"})


def invoice_html(invoice: InvoiceFacts) -> str:
    """The markup of one invoice, every piece of text escaped; `typesetting` knows the style sheet that goes with it."""
    return render(
        "invoice.html",
        invoice=invoice,
        mark=_mark(),
        seller_details=_details(invoice.seller),
        buyer_details=_details(invoice.buyer),
        headline=headline(invoice),
        amount_due_minor=amount_due_minor(invoice),
        stamp=STAMPS.get(invoice.status, ""),
        payment=_payment(invoice),
        credits=_credits(invoice),
        footer=_footer(invoice),
    )


def amount_due_minor(invoice: InvoiceFacts) -> int:
    """What the buyer still owes, in minor units: all or nothing, an invoice is paid in one payment."""
    return 0 if invoice.status in SETTLED else invoice.total_minor


def headline(invoice: InvoiceFacts) -> str:
    """The one sentence a reader looks for: `29.99 USD paid on 22 November 2026`."""
    total = format_money(invoice.total_minor, invoice.currency)
    if invoice.status == "paid":
        return f"{total} paid on {format_date(invoice.paid_on)}" if invoice.paid_on else f"{total} paid"
    if invoice.status == "void":
        return f"{total} void: nothing to pay"
    return f"{total} due {format_date(invoice.due_on)}"


def terms(invoice: InvoiceFacts) -> str:
    """Terms of payment, read from the two dates."""
    days = (invoice.due_on - invoice.issued_on).days
    return f"Terms: payable within {format_count(days)} days" if days > 0 else "Terms: payable on receipt"


def _details(party: PartyFacts) -> str:
    tax_id = f"Tax ID: {party.tax_id}" if party.tax_id else ""
    return "\n".join(filter(None, (*party.address_lines, party.email, tax_id)))


def _payment(invoice: InvoiceFacts) -> str:
    method = f"Method: {invoice.payment_method}" if invoice.payment_method else ""
    reference = f"Reference: {invoice.payment_reference}" if invoice.payment_reference else ""
    return "\n".join(filter(None, (method, reference, invoice.payment_instructions)))


def _credits(invoice: InvoiceFacts) -> str:
    credits_granted = invoice.credits_granted
    return f"{format_count(credits_granted)} credits added to your account." if credits_granted else ""


def _footer(invoice: InvoiceFacts) -> str:
    seller = " · ".join(filter(None, (invoice.seller.name, invoice.seller.website)))
    return f"{seller}\n{terms(invoice)}"


@lru_cache(maxsize=1)
def _mark() -> str:
    return "data:image/svg+xml;base64," + b64encode(read("mark.svg").encode()).decode()
