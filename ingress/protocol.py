"""uvicorn's HTTP protocol, with an end to patience: a request is bounded in time, and its head in size.

uvicorn itself waits for ever for the rest of a request, and keeps as much of a head as is sent. One timer per request
serves both waits; a deadline around every `receive` of the application would cost five times as much.
"""

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ingress.body_budget import BodyReservation
from ingress.door import IS_ADMITTED
from ingress.problems import MEDIA_TYPE, Problem, unavailable

HEAD_BYTES_MAX = 16 * 1024  # cookies do not come here; a signature and a proxy's additions fit many times
# From the first byte of a request to its last. Three kilobytes from a healthy sender take milliseconds.
REQUEST_SECONDS = 10.0
# Requests that are sent before the last one is answered. No client of ours does, and each of them is kept.
PIPELINED_MAX = 4


class HeadRefused(Exception):
    """A head that is too large, names no host or two, or comes too early; the parser turns it into a 400."""


class PatientProtocol(HttpToolsProtocol):
    """Closes a connection whose request head does not come, answers 408 when a body does not, 400 to a bad head.

    An address that has as many connections as it may is answered 503 at once.
    """

    scope: Any  # uvicorn's, with an entry of our own

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._head_bytes = 0
        self._has_head = False
        self._timer: asyncio.TimerHandle | None = None
        self._address: str | None = None
        self._reservation = BodyReservation(self.app.body_budget)  # app is our own Door, see ingress.app
        self._body_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        super().connection_made(transport)
        address = self.client[0] if self.client else ""
        try:
            self.app.connection_limit.enter(address)
        except Problem as problem:
            self._close_with(problem)
            return
        self._address = address
        self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self._reservation.give_back()
        if self._address is not None:
            self.app.connection_limit.leave(self._address)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._timer is None and (self.cycle is None or self.cycle.response_complete):
            self._await_request()
        super().data_received(data)
        if self._timer is not None and not self._has_head:
            # the parser shows headers only when they are complete, so raw bytes are counted
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES_MAX:
                self.send_400_response("")

    def on_headers_complete(self) -> None:
        self._has_head = True
        if len(self.url) + sum([len(name) + len(value) for name, value in self.headers]) > HEAD_BYTES_MAX:
            raise HeadRefused
        if not self._names_one_host() or len(self.pipeline) >= PIPELINED_MAX:
            raise HeadRefused
        self._body_bytes = 0
        self.scope[IS_ADMITTED] = self._reservation.begin(self.headers)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Bytes that nobody has room for are dropped as they come, before anything keeps them."""
        if not self.scope[IS_ADMITTED]:
            return
        self._body_bytes += len(body)
        if self._reservation.admit(self._body_bytes):
            super().on_body(body)
        else:
            self.scope[IS_ADMITTED] = False
            self._close_with(unavailable("Too many large requests at once; send it again."))

    def on_response_complete(self) -> None:
        if not self.pipeline:
            self._reservation.give_back()
        super().on_response_complete()

    def on_message_complete(self) -> None:
        self._stop_timer()
        super().on_message_complete()

    def shutdown(self) -> None:
        """The server is about to stop: nobody is to wait for an operation any longer."""
        self.app.release()
        super().shutdown()

    def send_400_response(self, msg: str) -> None:
        """What uvicorn calls for bytes that are no HTTP; nothing is told about the reason."""
        self._close_with(Problem(400, "malformed_request", "This is not an HTTP request that we take."))

    def _names_one_host(self) -> bool:
        """RFC 9112, 3.2: with two a proxy before us may have believed the other one. Only HTTP/1.0 knows none."""
        hosts = [name for name, _ in self.headers].count(b"host")
        return hosts == 1 or (hosts == 0 and self.parser.get_http_version() == "1.0")

    def _await_request(self) -> None:
        self._head_bytes = 0
        self._has_head = False
        self._timer = self.loop.call_later(REQUEST_SECONDS, self._give_up)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        if self._has_head and not self.cycle.response_started:
            self._close_with(Problem(408, "request_timeout", "The request did not arrive in time."))
        else:
            self.transport.close()

    def _close_with(self, problem: Problem) -> None:
        """Answer past the application; it sees that the sender hung up."""
        self._stop_timer()
        body = problem.body("", "")
        status = HTTPStatus(problem.status)
        headers = problem.headers | {
            "content-type": MEDIA_TYPE, "content-length": str(len(body)), "connection": "close",
        }  # fmt: skip
        lines = [f"HTTP/1.1 {status} {status.phrase}", *(f"{name}: {value}" for name, value in headers.items())]
        self.transport.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        self.transport.close()
