"""The seller's logo: a PNG or SVG, told by its content and looked through before anything is printed with it."""

import zlib
from base64 import b64encode
from pathlib import Path
from struct import unpack

from documents.svg import SVG_SIGNS, check_svg
from schemas.documents import LogoFacts

BYTES_MAX = 100_000  # it travels with every mail
PIXELS_MAX = 2_000  # a side: each document packs them anew, so many take three tenths of a second
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def read_logo(path: Path) -> LogoFacts:
    """The logo in a file. Raises ValueError, saying what is wrong, for one that cannot be printed or must not be."""
    try:
        with path.open("rb") as file:
            content = file.read(BYTES_MAX + 1)
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from error
    if len(content) > BYTES_MAX:
        raise ValueError(f"is larger than {BYTES_MAX:,} bytes")
    if content.startswith(PNG_SIGNATURE):
        return _png(content)
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(SVG_SIGNS):
        return LogoFacts("svg", content, check_svg(content))
    raise ValueError("is neither a PNG nor an SVG")


def data_address(logo: LogoFacts) -> str:
    """The logo within an address, for paper and pages."""
    kind = {"svg": "svg+xml", "png": "png"}[logo.kind]
    return f"data:image/{kind};base64,{b64encode(logo.content).decode()}"


def _png(content: bytes) -> LogoFacts:
    kinds = _chunks(content)
    if kinds[:1] != [b"IHDR"] or kinds[-1:] != [b"IEND"] or b"IDAT" not in kinds:
        raise ValueError("is no whole PNG")
    width, height = unpack(">II", content[16:24])
    if not (0 < width <= PIXELS_MAX and 0 < height <= PIXELS_MAX):
        raise ValueError(f"has more than {PIXELS_MAX:,} pixels a side, or none")
    return LogoFacts("png", content, width / height)


def _chunks(content: bytes) -> list[bytes]:
    """The kinds of all whole chunks, in order (https://www.w3.org/TR/png-3/#5Chunk-layout)."""
    kinds, at = [], len(PNG_SIGNATURE)
    while at + 12 <= len(content):
        (length,) = unpack(">I", content[at : at + 4])
        body, end = content[at + 4 : at + 8 + length], at + 12 + length
        if content[end - 4 : end] != zlib.crc32(body).to_bytes(4, "big"):
            break
        kinds.append(body[:4])
        at = end
    return kinds
