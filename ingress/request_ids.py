"""Every request has a name: its caller's own, where that is a good one, else one of this process's."""

import re
from itertools import count
from secrets import token_hex

from starlette.types import Scope

REQUEST_ID_HEADER = b"x-request-id"
REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class RequestIds:
    """One process's."""

    def __init__(self) -> None:
        self._prefix = token_hex(4).encode()
        self._numbers = count(1)

    def next(self) -> bytes:
        """One that nobody had before."""
        return b"%b-%x" % (self._prefix, next(self._numbers))


def given_id(scope: Scope) -> bytes | None:
    """What the caller calls this request, if that can be shown and logged."""
    for name, value in scope["headers"]:
        if name == REQUEST_ID_HEADER and REQUEST_ID.fullmatch(value):
            found: bytes = value
            return found
    return None
