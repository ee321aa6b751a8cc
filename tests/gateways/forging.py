"""Another body of the same CRC32: what anybody can do who has seen one genuine delivery.

https://www.rfc-editor.org/rfc/rfc1952#section-8: four bytes, chosen for it, bring any text to any CRC32.
"""

import json
import re
from itertools import count
from typing import Any
from zlib import crc32

POLYNOMIAL = 0xEDB88320
ALL = 0xFFFFFFFF
FREE = "????"
# what may stand between quotes in JSON as it is
_is_plain = re.compile(rb"[ !#-\[\]-~]{4}").fullmatch


def _row(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (POLYNOMIAL if byte & 1 else 0)
    return byte


TABLE = [_row(byte) for byte in range(256)]
BYTE_OF = {row >> 24: byte for byte, row in enumerate(TABLE)}


def forge(event: dict[str, Any], genuine: bytes) -> bytes:
    """This event as JSON, with a note in it that gives it the CRC32 of a genuine body."""
    for number in count():
        body = json.dumps({**event, "note": f"{number} {FREE}"}).encode()
        before, after = body.split(FREE.encode())
        free = _bytes_between(before, after, crc32(genuine))
        if _is_plain(free):
            return before + free + after
    raise AssertionError("unreachable")


def _bytes_between(before: bytes, after: bytes, wanted: int) -> bytes:
    state = wanted ^ ALL
    for byte in (*reversed(after), 0, 0, 0, 0):
        found = BYTE_OF[state >> 24]
        state = ((state ^ TABLE[found]) << 8 | found ^ byte) & ALL
    return (state ^ crc32(before) ^ ALL).to_bytes(4, "little")
