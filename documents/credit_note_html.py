"""A credit note as markup: which sentences it shows, and in what words."""

from documents.cards import payment_name
from documents.formatting import format_money
from documents.invoice_html import details, mark, seller_line
from documents.logo import data_address
from documents.templates import render
from schemas.documents import CreditNoteFacts


def credit_note_html(paper: CreditNoteFacts) -> str:
    """The markup of one credit note, every piece of text escaped."""
    return render(
        "credit_note.html",
        paper=paper,
        logo=data_address(paper.seller.logo) if paper.seller.logo else "",
        mark=mark(),
        seller_details=details(paper.seller),
        buyer_details=details(paper.buyer),
        headline=f"{format_money(paper.total_minor, paper.currency)} credited of invoice {paper.invoice_number}",
        whither=whither(paper),
        footer=seller_line(paper.seller),
    )


def whither(paper: CreditNoteFacts) -> str:
    """Where the money goes, a line for each way."""
    lines = []
    if paper.refunded_minor:
        to = f" to {payment_name(paper.refunded_to)}" if paper.refunded_to else ""
        lines.append(f"{format_money(paper.refunded_minor, paper.currency)} is refunded{to}.")
    if paper.kept_minor:
        lines.append(f"{format_money(paper.kept_minor, paper.currency)} is kept on your account for the next invoices.")
    if paper.unpaid_minor:
        lines.append(f"{format_money(paper.unpaid_minor, paper.currency)} need not be paid any more.")
    return "\n".join(lines)
