"""Reads a request's body, but no further than agreed. How long that may take is the protocol's business."""

from starlette.types import Receive

from ingress.problems import Problem


class Gone(Exception):
    """The sender hung up; nobody waits for an answer."""


async def read_body(receive: Receive, bytes_max: int) -> bytes:
    """The whole body.

    Raises Problem 413 as soon as it is too large, whatever its Content-Length said, and Gone when the sender hung up
    or took too long.
    """
    parts: list[bytes] = []
    size_bytes = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        part: bytes = message.get("body", b"")
        size_bytes += len(part)
        if size_bytes > bytes_max:
            raise Problem(
                413, "body_too_large", f"The body may have {bytes_max} bytes at most.", {"Connection": "close"}
            )
        parts.append(part)
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)
