"""A page that customers see without a login: it says whose it is, and loads nothing."""

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from documents.logo import data_address, read_logo
from settings import Settings

# Nothing is loaded, framed, kept or told to the next page: the address alone opens this one. The logo lies within it.
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
    ),
}


NONE: Mapping[str, str] = {}


class SellerPage:
    """The one template, under the name and logo of who sells."""

    def __init__(self, settings: Settings) -> None:
        folder = FileSystemLoader(Path(__file__).parent / "templates")
        environment = Environment(
            loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, auto_reload=False
        )
        self._template = environment.get_template("pay_page.html")
        self._seller_name = settings.seller_name
        self._logo = data_address(read_logo(settings.seller_logo)) if settings.seller_logo else ""

    def answer(
        self, title: str, text: str, *, buttons: Mapping[str, str] = NONE, below: str = "", status: int = 200
    ) -> Response:
        """All texts are plain, and escaped here. Each of the `buttons` posts its key to the page's own address.

        `below` them a line says what comes next.
        """
        told = {"title": title, "text": text, "buttons": buttons, "below": below}
        markup = self._template.render(told, seller_name=self._seller_name, logo=self._logo)
        return HTMLResponse(markup, status, HEADERS)
