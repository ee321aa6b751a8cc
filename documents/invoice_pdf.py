"""Invoice facts to a PDF."""

from documents.arithmetic import require_sums
from documents.invoice_html import invoice_html
from documents.letters import LettersMissing
from documents.limits import require_short_markup, require_short_texts
from documents.logo import data_address
from documents.samples import sample_invoice
from documents.typesetting import typeset
from schemas.documents import InvoiceFacts


def render_invoice_pdf(facts: InvoiceFacts) -> bytes:
    """The invoice as a tagged A4 PDF; the same facts give the same bytes on the same machine.

    Raises Rejected for texts or documents beyond `documents.limits`, ValueError when the sums do not add up, and
    LettersMissing, with their places, for letters that no installed font has. Call it from one thread per process;
    where many are made, call `warm_up()` first.
    """
    require_sums(facts)
    require_short_texts(facts)
    markup = invoice_html(facts)
    logo = facts.seller.logo
    require_short_markup(markup, without=data_address(logo) if logo else "")
    try:
        return typeset(markup)
    except LettersMissing as gap:
        raise LettersMissing(gap.letters, facts) from None


def warm_up() -> None:
    """Pay once, when a worker process starts, what else the first customer waits for: imports, style sheet, fonts."""
    render_invoice_pdf(sample_invoice())
