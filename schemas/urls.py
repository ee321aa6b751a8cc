"""Addresses of pages that a browser is sent to."""

import re
from ipaddress import IPv6Address
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, StringConstraints

from schemas.domains import ascii_domain
from schemas.json_shapes import shape

URL_LENGTH_MAX = 2000
# What browsers drop, or read as a slash, would lead somewhere else than it says.
_MISREAD = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028-\u202e\u2066-\u2069]")


def _web_page(value: str) -> str:
    """The URL, the name of its host in ASCII; the rest as it was given, for gateways fill in placeholders."""
    if _MISREAD.search(value):
        raise ValueError("must not contain spaces, control characters or backslashes")
    if not value.lower().startswith(("http://", "https://")):
        raise ValueError("must be an http or https URL")
    try:
        parts = urlsplit(value)
        host = _ascii_host(parts)
    except ValueError:
        raise ValueError("must be a URL with a host") from None
    if "@" in parts.netloc:
        raise ValueError("must not contain a user or a password")
    scheme, _, rest = value.partition("://")
    return f"{scheme}://{host}{rest.removeprefix(parts.netloc)}"


def _ascii_host(parts: SplitResult) -> str:
    """The host as it is asked for, with its port. Raises ValueError without one."""
    host = parts.hostname or ""
    name = f"[{IPv6Address(host)}]" if "[" in parts.netloc else ascii_domain(host.removesuffix("."))
    return name if parts.port is None else f"{name}:{parts.port}"


Url = Annotated[
    str,
    StringConstraints(max_length=URL_LENGTH_MAX),
    AfterValidator(_web_page),
    shape("https://app.example/thanks", component="Url", format="uri", pattern="^[Hh][Tt][Tt][Pp][Ss]?://"),
]
