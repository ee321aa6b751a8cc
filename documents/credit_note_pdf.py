"""Credit note facts to a PDF."""

from documents.credit_note_html import credit_note_html
from documents.letters import LettersMissing
from documents.limits import require_short_markup, require_short_texts
from documents.logo import data_address
from documents.typesetting import typeset
from schemas.documents import CreditNoteFacts


def render_credit_note_pdf(facts: CreditNoteFacts) -> bytes:
    """The credit note as a tagged A4 PDF; see `render_invoice_pdf`, also for what it raises."""
    _require_sums(facts)
    require_short_texts(facts)
    markup = credit_note_html(facts)
    logo = facts.seller.logo
    require_short_markup(markup, without=data_address(logo) if logo else "")
    try:
        return typeset(markup)
    except LettersMissing as gap:
        raise LettersMissing(gap.letters, facts) from None


def _require_sums(facts: CreditNoteFacts) -> None:
    sums = {
        "subtotal": (facts.subtotal_minor, sum(line.net_minor for line in facts.lines)),
        "tax": (facts.tax_minor, sum(tax.tax_minor for tax in facts.taxes)),
        "total": (facts.total_minor, facts.subtotal_minor + facts.tax_minor),
        "ways": (facts.total_minor, facts.refunded_minor + facts.kept_minor + facts.unpaid_minor),
    }
    for name, (stated, added) in sums.items():
        if stated != added:
            raise ValueError(f"{name} of credit note {facts.number} is {stated}, its parts add up to {added}")
