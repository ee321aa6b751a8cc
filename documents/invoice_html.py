"""An invoice as markup: which sentences it shows, and in what words."""

from base64 import b64encode
from functools import lru_cache

from documents.amounts import due_minor, paid_minor
from documents.cards import payment_name
from documents.epc import epc_picture
from documents.formatting import format_count, format_credits, format_date, format_money
from documents.logo import data_address
from documents.templates import read, render
from schemas.documents import InvoiceFacts, PartyFacts, PaymentFacts

STAMPS = {"paid": "PAID", "void": "VOID", "draft": "DRAFT"}


def invoice_html(invoice: InvoiceFacts) -> str:
    """The markup of one invoice, every piece of text escaped; `typesetting` knows the style sheet that goes with it."""
    return render(
        "invoice.html",
        invoice=invoice,
        logo=data_address(invoice.seller.logo) if invoice.seller.logo else "",
        mark=mark(),
        seller_details=details(invoice.seller),
        buyer_details=details(invoice.buyer),
        headline=headline(invoice),
        stamp=STAMPS.get(invoice.status, ""),
        payment=_payment(invoice),
        epc=epc_picture(invoice),
        credits=_credits(invoice),
        footer=_footer(invoice),
    )


def headline(invoice: InvoiceFacts) -> str:
    """The one sentence a reader looks for: `29.99 USD paid on 22 November 2026`."""
    total = format_money(invoice.total_minor, invoice.currency)
    if invoice.status == "paid":
        return _headline_when_paid(invoice)
    if invoice.status == "void":
        return f"{total} void: nothing to pay"
    return f"{format_money(due_minor(invoice), invoice.currency)} due {format_date(invoice.due_on)}"


def _headline_when_paid(invoice: InvoiceFacts) -> str:
    paid = paid_minor(invoice)
    if not paid and invoice.carried_over_minor:
        return f"{format_money(invoice.carried_over_minor, invoice.currency)} carried over to a later invoice"
    on = f" on {format_date(invoice.paid_on)}" if invoice.paid_on else ""
    return f"{format_money(paid, invoice.currency)} paid{on}" if paid else "Nothing to pay"


def terms(invoice: InvoiceFacts) -> str:
    """Terms of payment, read from the two dates."""
    days = (invoice.due_on - invoice.issued_on).days
    return f"Terms: payable within {format_count(days)} days" if days > 0 else "Terms: payable on receipt"


def details(party: PartyFacts) -> str:
    """What stands below a name, a line each."""
    tax_id = f"Tax ID: {party.tax_id}" if party.tax_id else ""
    return "\n".join(filter(None, (*party.address_lines, party.email, tax_id)))


def how_to_pay(invoice: InvoiceFacts) -> str:
    """What the buyer of an unpaid invoice has to do, if anything; empty when nothing is due."""
    due = format_money(due_minor(invoice), invoice.currency)
    if invoice.status != "pending":
        return ""
    if invoice.pays_by == "card":
        return f"{due} is charged to your card automatically; there is nothing that you need to do."
    by, quoting = format_date(invoice.due_on), f"quote {invoice.payment_reference or invoice.number} as the reference"
    way = " by bank transfer" if invoice.pays_by == "transfer" else ""
    return f"Please pay {due}{way} by {by}, and {quoting}.\n{invoice.payment_instructions}".rstrip()


def _payment(invoice: InvoiceFacts) -> str:
    came = (_came(payment, invoice.currency) for payment in invoice.payments)
    return "\n".join(filter(None, (*came, how_to_pay(invoice))))


def _came(payment: PaymentFacts, currency: str) -> str:
    reference = f", reference {payment.reference}" if payment.reference else ""
    amount, day = format_money(payment.amount_minor, currency), format_date(payment.received_on)
    return f"{amount} on {day}: {payment_name(payment)}{reference}"


def _credits(invoice: InvoiceFacts) -> str:
    why = " They were bought automatically, because your credits were running low." if invoice.is_top_up else ""
    if invoice.credits_granted:
        return f"{format_credits(invoice.credits_granted)} added to your account.{why}"
    if invoice.credits_to_come and invoice.status == "pending":
        return f"{format_credits(invoice.credits_to_come)} are added to your account once this invoice is paid."
    return ""


def _footer(invoice: InvoiceFacts) -> str:
    return f"{seller_line(invoice.seller)}\n{terms(invoice)}"


def seller_line(seller: PartyFacts) -> str:
    """Who writes, at the foot of a page."""
    return " · ".join(filter(None, (seller.name, seller.website)))


@lru_cache(maxsize=1)
def mark() -> str:
    """What stands in the place of a logo, as an address."""
    return "data:image/svg+xml;base64," + b64encode(read("mark.svg").encode()).decode()
