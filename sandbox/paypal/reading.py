"""What PayPal's pages share: the form that comes in, and the way back to the shop."""

from starlette.requests import Request

from sandbox import forms
from sandbox.json_types import JsonObject

FORM_BYTES_MAX = 10_000


async def form_of(request: Request) -> JsonObject:
    """The fields of a form; none when it is none."""
    body = await request.body()
    try:
        return forms.parse_form(body[:FORM_BYTES_MAX].decode("utf-8", errors="replace"))
    except forms.MalformedForm:
        return {}


def with_query(url: str | None, query: str) -> str:
    """An address of the shop's with what PayPal adds to it; empty when the shop named none."""
    return f"{url}{'&' if '?' in url else '?'}{query}" if url else ""
