"""The JSON inside of a body of several parts, as PayPal takes evidence with files."""

from email.parser import BytesParser
from email.policy import HTTP


def json_part(content_type: str, raw: bytes) -> bytes | None:
    """The part that is JSON, or that is called `input`; None when there is none."""
    head = b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n"
    for part in BytesParser(policy=HTTP).parsebytes(head + raw).iter_parts():
        name = part.get_param("name", header="content-disposition")
        if part.get_content_type() == "application/json" or name == "input":
            payload = part.get_payload(decode=True)
            return payload if isinstance(payload, bytes) else None
    return None
