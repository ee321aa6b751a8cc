"""How large a document may be. Laying out one long text takes time with the square of its length."""

from billing.errors import Rejected
from documents.texts import texts_of

# A text of 1,000 characters takes 0.1 seconds at worst, one of 10,000 takes 10.
TEXT_LENGTH_MAX = 1_000
# About 2,000 lines of an invoice. With the limit above, under a minute; a task of the documents queue has 120 seconds.
MARKUP_LENGTH_MAX = 300_000


def require_short_texts(facts: object) -> None:
    """Raise Rejected `text_too_long` if any text within these facts is longer than TEXT_LENGTH_MAX."""
    if any(len(text) > TEXT_LENGTH_MAX for _, text in texts_of(facts)):
        raise Rejected("text_too_long", f"a text in a document is limited to {TEXT_LENGTH_MAX:,} characters")


def require_short_markup(markup: str, *, without: str = "") -> None:
    """Raise Rejected `document_too_large` above MARKUP_LENGTH_MAX; a picture within it is no text to be laid out."""
    if len(markup) - len(without) > MARKUP_LENGTH_MAX:
        raise Rejected("document_too_large", f"a document is limited to {MARKUP_LENGTH_MAX:,} characters of markup")
