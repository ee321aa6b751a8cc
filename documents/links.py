"""Addresses that a mail may invite its reader to open."""

import re

# No space, quote, angle bracket or control character: the address stands as it is in the text form, too.
WEB_ADDRESS = re.compile(r"https?://[^\s\"'<>\\^`{|}\x00-\x20\x7f/?#][^\s\"'<>\\^`{|}\x00-\x20\x7f]*", re.IGNORECASE)


def web_address(url: str) -> str:
    """The address itself if it is an http or https one with a host, else an empty string: never `javascript:`."""
    return url if WEB_ADDRESS.fullmatch(url) and url.isprintable() else ""
