"""Names of hosts as they are written in the domain name system."""

import re

import idna

# LDH labels of RFC 5890; the last one of a public name is never all digits, or it would be an address
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
NAME_LENGTH_MAX = 253


def ascii_domain(written: str) -> str:
    """The name in lower case, letters beyond ASCII as punycode (IDNA 2008). Raises ValueError when it is none."""
    name = written.lower()
    if not name.isascii():
        name = idna.encode(written, uts46=True).decode()
    if len(name) > NAME_LENGTH_MAX or not all(map(_LABEL.fullmatch, name.split("."))):
        raise ValueError("is no name of a host")
    return name
