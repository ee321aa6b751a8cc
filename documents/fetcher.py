"""The only way out of a document: nowhere. Customer text must never make the renderer read a file or open a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcher


def data_only_fetcher() -> URLFetcher:
    """A fetcher that opens `data:` addresses, which carry their content, and refuses every other protocol."""
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols=("data",), allow_redirects=False)
