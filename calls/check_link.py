"""A link in a mail leads to a place of the company's own, and nowhere else."""

from collections.abc import Collection
from urllib.parse import urlsplit

from billing.errors import Rejected

# the product as its makers run it, where nobody else can listen
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def check_link(link: str, hosts: Collection[str]) -> None:
    """Raises Rejected `link_not_allowed` for another host than these, and for one that others could listen to.

    Who reads a mail in the company's name trusts where it leads: it must not lead on for whoever has a key.
    """
    parts = urlsplit(link)
    host = parts.hostname or ""
    if host not in hosts or (parts.scheme != "https" and host not in LOOPBACK):
        told = ", ".join(hosts) or "none is set"
        raise Rejected("link_not_allowed", f"A link of a mail begins with https, at one of MAIL_LINK_HOSTS: {told}.")
