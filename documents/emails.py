"""Facts to e-mails: HTML and text from templates, ready for a sender."""

from typing import Any

from documents.formatting import format_money
from documents.headers import file_stem, header_text, recipient_address
from documents.limits import require_short_texts
from documents.templates import render
from schemas.documents import EmailFacts, InvoiceFacts, PartyFacts

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
    total = format_money(facts.total_minor, facts.currency)
    return compose(
        "payment_confirmation",
        recipient=recipient,
        subject=f"Payment received: {facts.number}",
        preview=f"{total} for invoice {facts.number}{', which is attached' if attachments else ''}.",
        seller=facts.seller,
        attachments=attachments,
        invoice=facts,
        lines_shown_max=LINES_SHOWN_MAX,
        total=total,
        attachment_name=attachments[0][0] if attachments else "",
    )


def compose(
    template: str,
    *,
    recipient: str,
    subject: str,
    preview: str,
    seller: PartyFacts,
    attachments: tuple[tuple[str, bytes], ...] = (),
    **context: Any,
) -> EmailFacts:
    """One mail in both forms. `preview` is what an inbox shows beside the subject.

    Raises Rejected when the recipient, the subject or the seller's name could break out of a mail header.
    """
    header_text("seller name", seller.name)
    shared = {"subject": header_text("subject", subject), "preview": preview, "seller": seller, **context}
    return EmailFacts(
        recipient=recipient_address(recipient),
        subject=subject,
        html=render(f"email/{template}.html", **shared),
        text=render(f"email/{template}.txt", **shared),
        attachments=attachments,
    )
