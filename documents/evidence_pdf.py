"""What speaks for the seller in a dispute, as one PDF: what the books know, and behind it the invoices as sent."""

from collections.abc import Sequence
from io import BytesIO

from documents.evidence_html import evidence_html
from documents.letters import LettersMissing
from documents.limits import require_short_markup, require_short_texts
from documents.logo import data_address
from documents.typesetting import typeset
from schemas.evidence import EvidenceFacts


def render_evidence_pdf(facts: EvidenceFacts, papers: Sequence[bytes]) -> bytes:
    """The evidence as an A4 PDF with the papers at its end; see `render_invoice_pdf` for what it raises."""
    require_short_texts(facts)
    markup, logo = evidence_html(facts), facts.seller.logo
    require_short_markup(markup, without=data_address(logo) if logo else "")
    try:
        return _bound([typeset(markup), *papers])
    except LettersMissing as gap:
        raise LettersMissing(gap.letters, facts) from None


def _bound(parts: Sequence[bytes]) -> bytes:
    import pypdfium2

    whole, content = pypdfium2.PdfDocument.new(), BytesIO()
    for part in parts:
        whole.import_pages(pypdfium2.PdfDocument(part))
    whole.save(content)
    return content.getvalue()
