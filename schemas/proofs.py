"""Files that customers send as a proof of payment: three kinds, told by their first bytes and by nothing else."""

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from schemas.json_shapes import shape

# with what is around it, it fits into the largest body that the door reads
BYTES_MAX = 380_000
# four letters for three bytes
_LETTERS_MAX = (BYTES_MAX + 2) // 3 * 4
SIGNS: Mapping[bytes, str] = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}


def media_type_of(content: bytes) -> str | None:
    """PDF, PNG or JPEG; None for anything else, whatever it is called."""
    return next((media_type for sign, media_type in SIGNS.items() if content.startswith(sign)), None)


def decode_proof(text: str) -> bytes:
    """The bytes. Raises ValueError for what is no Base64."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("must be Base64") from None


def _checked(text: str) -> str:
    content = decode_proof(text)
    if len(content) > BYTES_MAX:
        raise ValueError(f"must have at most {BYTES_MAX} bytes")
    if media_type_of(content) is None:
        raise ValueError("must be a PDF, PNG or JPEG")
    return text


# as it travels in JSON
Proof = Annotated[
    str,
    StringConstraints(max_length=_LETTERS_MAX),
    AfterValidator(_checked),
    shape("JVBERi0xLjc=", contentEncoding="base64"),
]
