"""HTML pages, with everything escaped."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

TEMPLATES = Path(__file__).parent / "templates"
# pages carry their own style and no script; the form of the checkout page leads to the shop's own address in the end
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
# https://docs.stripe.com/currencies#zero-decimal
ZERO_DECIMAL = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"]
)
THREE_DECIMAL = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])


def page(template: str, status: int = 200, **values: object) -> HTMLResponse:
    """A rendered page."""
    return HTMLResponse(_environment().get_template(template).render(values), status, SECURITY_HEADERS)


def money(minor: int, currency: str) -> str:
    """For people: 2999 of usd -> `29.99 USD`."""
    places = 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2
    return f"{Decimal(minor).scaleb(-places):,.{places}f} {currency.upper()}"


def moment(seconds: float) -> str:
    """For people: a time in UTC."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def size(byte_count: int) -> str:
    """For people: 12345 -> `12.1 kB`."""
    return f"{byte_count} B" if byte_count < 1024 else f"{byte_count / 1024:,.1f} kB"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"money": money, "moment": moment, "size": size}
    return environment
