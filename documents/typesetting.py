"""HTML to PDF through WeasyPrint: with `fetcher`, the only module that knows it.

It is imported when the first document is made, because that takes a second and other workers import this package too.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from documents.fetcher import data_only_fetcher
from documents.letters import Listener
from documents.templates import read

if TYPE_CHECKING:
    from weasyprint import CSS, HTML
    from weasyprint.document import Document
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

STYLE_SHEET = "invoice.css"


@dataclass(frozen=True, slots=True)
class Press:
    """What all documents of a process share. Made anew for each one, it would add half to the time and leak memory."""

    markup: type[HTML]
    sheet: CSS
    fonts: FontConfiguration
    fetcher: URLFetcher
    listener: Listener
    images: dict[str, Any] = field(default_factory=dict)  # the seller's mark or logo: customers' text brings none


def typeset(html: str) -> bytes:
    """Our own markup as a tagged PDF, loading nothing but `data:`. One thread per process.

    Raises LettersMissing when a letter would come out as a box.
    """
    with _press().listener.require_all():
        pdf: bytes = lay_out(html).write_pdf(pdf_tags=True)
    return pdf


def typeset_picture(address: str, width_pixels: int, height_pixels: int) -> bytes:
    """One picture from a `data:` address as a PDF of its own size, in CSS pixels."""
    from weasyprint import CSS, HTML

    fetcher, size = data_only_fetcher(), f"width: {width_pixels}px; height: {height_pixels}px"
    sheet = CSS(string=f"@page {{ margin: 0; size: {width_pixels}px {height_pixels}px }} body {{ margin: 0 }}")
    markup = f'<img style="display: block; {size}" src="{address}">'
    pdf: bytes = HTML(string=markup, url_fetcher=fetcher).write_pdf(stylesheets=[sheet])
    return pdf


def lay_out(html: str) -> Document:
    """Its pages before they are written: the most of the work, and all of it WeasyPrint's."""
    press = _press()
    document = press.markup(string=html, url_fetcher=press.fetcher)
    return document.render(font_config=press.fonts, stylesheets=[press.sheet], cache=press.images, pdf_tags=True)


@lru_cache(maxsize=1)
def _press() -> Press:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    listener = Listener()
    renderer = logging.getLogger("weasyprint")
    renderer.setLevel(logging.WARNING)  # whatever the process logs: what is not logged at all is not heard
    renderer.addFilter(listener)
    fonts, fetcher = FontConfiguration(), data_only_fetcher()
    sheet = CSS(string=read(STYLE_SHEET), font_config=fonts, url_fetcher=fetcher)
    return Press(_bare_markup(), sheet, fonts, fetcher, listener)


def _bare_markup() -> type[HTML]:
    """HTML without WeasyPrint's default style sheet: ours says all that is needed, an eighth of the time is saved."""
    from weasyprint import HTML

    class BareHTML(HTML):  # type: ignore[misc] # WeasyPrint ships no types
        def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
            return []

    return BareHTML
