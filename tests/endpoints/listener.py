"""The product's endpoint: a real HTTP server on loopback that writes down what it hears and answers as it is told."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
from standardwebhooks import Webhook


@dataclass
class Heard:
    """One request."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        """What it tells of."""
        told: dict[str, Any] = orjson.loads(self.body)
        return told

    def is_signed_with(self, secret: str) -> bool:
        """Raises what the package raises where it is not."""
        verified: dict[str, Any] = Webhook(secret).verify(self.body, dict(self.headers))
        return verified == self.event


@dataclass
class Listener:
    """What it heard, and how it answers. `status` may be a list: one for each request, the last for all others."""

    port: int = 0
    status: int | list[int] = 204
    answer: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    heard: list[Heard] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}/hooks?of=cashbeat"

    @property
    def events(self) -> list[dict[str, Any]]:
        """What it was told, in the order in which it was."""
        return [each.event for each in self.heard]

    def wait_for(self, count: int, seconds: float = 10.0) -> bool:
        """Whether it has heard so much within that time."""
        ends_at = time.monotonic() + seconds
        while len(self.heard) < count and time.monotonic() < ends_at:
            time.sleep(0.01)
        return len(self.heard) >= count

    def next_status(self) -> int:
        """For the next answer."""
        if isinstance(self.status, int):
            return self.status
        return self.status.pop(0) if len(self.status) > 1 else self.status[0]


@contextmanager
def listening(listener: Listener) -> Iterator[Listener]:
    """It runs for the block, on its port or a free one."""
    server = ThreadingHTTPServer(("127.0.0.1", listener.port), _handler(listener))
    server.daemon_threads = True
    listener.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(listener: Listener) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if listener.seconds:
                time.sleep(listener.seconds)
            status = listener.next_status()
            listener.heard.append(Heard(self.path, dict(self.headers.items()), body))
            self.send_response(status)
            for name, value in listener.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(listener.answer)))
            self.end_headers()
            self.wfile.write(listener.answer)

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    return Handler
