"""uvicorn's HTTP protocol, with an end to patience: the head of a request is bounded in size and in time.

uvicorn itself waits for ever for the rest of a head, and keeps as much of it as is sent.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ingress.problems import MEDIA_TYPE, Problem

HEAD_BYTES_MAX = 16 * 1024  # cookies do not come here; a signature and a proxy's additions fit many times
HEAD_SECONDS = 10.0


class HeadRefused(Exception):
    """The head of a request is too large; the parser turns it into a 400."""


class PatientProtocol(HttpToolsProtocol):
    """Closes a connection whose request head does not come, and answers 400 to one that is too large."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._head_timer is None and (self.cycle is None or self.cycle.response_complete):
            self._await_head()
        super().data_received(data)
        if self._head_timer is not None:
            # still no whole head; the parser shows headers only when they are complete, so raw bytes are counted
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES_MAX:
                self.send_400_response("")

    def on_headers_complete(self) -> None:
        self._stop_timer()
        if len(self.url) + sum([len(name) + len(value) for name, value in self.headers]) > HEAD_BYTES_MAX:
            raise HeadRefused
        super().on_headers_complete()

    def shutdown(self) -> None:
        """The server is about to stop: nobody is to wait for an operation any longer."""
        self.app.release()  # our own Door, see ingress.app
        super().shutdown()

    def send_400_response(self, msg: str) -> None:
        """What uvicorn calls for bytes that are no HTTP; nothing is told about the reason."""
        self._stop_timer()
        body = Problem(400, "malformed_request", "This is not an HTTP request that we take.").body("", "")
        head = f"HTTP/1.1 400 Bad Request\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\n"
        self.transport.write(head.encode() + b"connection: close\r\n\r\n" + body)
        self.transport.close()

    def _await_head(self) -> None:
        self._head_bytes = 0
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
