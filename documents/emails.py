"""Facts to e-mails: HTML and text from templates, ready for a sender."""

from typing import Any

from documents.formatting import format_money
from documents.headers import file_stem, header_text, recipient_address
from documents.limits import require_short_texts
from documents.logo_picture import logo_png
from documents.templates import render
from documents.thanks import came_minor
from schemas.documents import EmailFacts, InvoiceFacts, PartyFacts

LOGO_ID = "logo"  # what the logo is called within a mail
LINES_SHOWN_MAX = 10  # a mail is glanced at, and some clients cut it at 100 kB; the attached invoice has every line


def render_payment_confirmation(facts: InvoiceFacts, pdf: bytes | None, recipient: str) -> EmailFacts:
    """The receipt of a paid invoice, with its PDF attached under the invoice's number, where there is one.

    Raises Rejected when the recipient, the number or a name could break out of a mail header or a text is longer than
    `documents.limits` allows, and ValueError for an invoice that is not paid or an attachment that is no PDF.
    """
    if facts.status != "paid" or (pdf is not None and not pdf.startswith(b"%PDF-")):
        raise ValueError("a payment is confirmed with a paid invoice and its PDF")
    require_short_texts(facts)
    header_text("buyer name", facts.buyer.name)
    attachments = ((f"{file_stem(facts.number)}.pdf", pdf),) if pdf is not None else ()
    heading, subject = _title(facts)
    paid = format_money(came_minor(facts) or max(facts.kept_minor, 0), facts.currency)
    return compose(
        "payment_confirmation",
        recipient=recipient,
        subject=subject,
        heading=heading,
        preview=f"{paid} for invoice {facts.number}{', which is attached' if attachments else ''}.",
        seller=facts.seller,
        attachments=attachments,
        invoice_number=facts.number,
        invoice=facts,
        lines_shown_max=LINES_SHOWN_MAX,
        attachment_name=attachments[0][0] if attachments else "",
    )


def _title(facts: InvoiceFacts) -> tuple[str, str]:
    """(heading, subject): whether money came, or the customer's own was used, or none was needed."""
    if came_minor(facts):
        what = "Automatic top-up, payment received" if facts.is_top_up else "Payment received"
        return "We received your payment", f"{what}: {facts.number}"
    if facts.carried_over_minor:
        return "Nothing to pay now", f"Nothing to pay now: {facts.number}"
    if facts.kept_minor:
        return "Paid from your balance", f"Paid from your balance: {facts.number}"
    return "Nothing to pay", f"Nothing to pay: {facts.number}"


def compose(
    template: str,
    *,
    recipient: str,
    subject: str,
    preview: str,
    seller: PartyFacts,
    attachments: tuple[tuple[str, bytes], ...] = (),
    invoice_number: str = "",
    copies: tuple[str, ...] = (),
    **context: Any,
) -> EmailFacts:
    """One mail in both forms. `preview` is what an inbox shows beside the subject.

    Raises Rejected when the recipient, the subject or the seller's name could break out of a mail header.
    """
    header_text("seller name", seller.name)
    pictures = ((LOGO_ID, logo_png(seller.logo)),) if seller.logo else ()
    shared = {"subject": header_text("subject", subject), "preview": preview, "seller": seller, **context}
    shared["logo_id"] = LOGO_ID if pictures else ""
    return EmailFacts(
        recipient=recipient_address(recipient),
        subject=subject,
        html=render(f"email/{template}.html", **shared),
        text=render(f"email/{template}.txt", **shared),
        attachments=attachments,
        pictures=pictures,
        invoice_number=invoice_number,
        copies=copies,
    )
