"""Reads a request's body, but no further and no longer than agreed."""

import asyncio

from starlette.types import Receive

from ingress.problems import Problem

# Three kilobytes from a healthy sender arrive in milliseconds; a proxy in front waits no longer either.
BODY_SECONDS = 10.0


class Gone(Exception):
    """The sender hung up; nobody waits for an answer."""


async def read_body(receive: Receive, bytes_max: int) -> bytes:
    """The whole body.

    Raises Problem 413 as soon as it is too large, whatever its Content-Length said, Problem 408 when it has not come
    within ten seconds, and Gone when the sender hung up.
    """
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _read(receive, bytes_max)
    except TimeoutError:
        raise Problem(408, "request_timeout", "The body did not arrive in time.", {"Connection": "close"}) from None


async def _read(receive: Receive, bytes_max: int) -> bytes:
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
