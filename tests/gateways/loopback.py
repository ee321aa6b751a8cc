"""Servers on loopback that misbehave to order."""

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager

REQUEST_BYTES_MAX = 65_536
CROWD = 4  # a queue of length 0 takes one connection on Linux and a few elsewhere
Script = bytes | Callable[[bytes], bytes]
CONTENT_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class ScriptedServer:
    """Reads one request per connection, keeps it, writes the scripted bytes and cuts the connection.

    A script may be a function from the request to the bytes.
    """

    def __init__(self, answer: Script) -> None:
        self.answer = answer
        self.requests: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening, so that further connections are refused."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(timeout=5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                request = _read_request(connection)
                self.requests.append(request)
                connection.sendall(self.answer(request) if callable(self.answer) else self.answer)


def _read_request(connection: socket.socket) -> bytes:
    """One whole request, as far as its Content-Length goes."""
    request = b""
    while len(request) < REQUEST_BYTES_MAX:
        head, end, body = request.partition(b"\r\n\r\n")
        announced = CONTENT_LENGTH.search(head)
        if end and len(body) >= (int(announced[1]) if announced else 0):
            break
        received = connection.recv(REQUEST_BYTES_MAX)
        if not received:
            break
        request += received
    return request


def http_answer(status: str, body: bytes, content_type: str = "application/json", **headers: str) -> bytes:
    """The bytes of an HTTP answer; underscores in header names stand for hyphens."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@contextmanager
def refusing_port() -> Iterator[str]:
    """An address that refuses connections: bound, so that nobody else takes it, but not listening."""
    with closing(socket.socket()) as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


@contextmanager
def silent_port() -> Iterator[str]:
    """An address that accepts connections and never says a word."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def dripping_port(head: bytes, pause_seconds: float) -> Iterator[str]:
    """An address that answers with this head at once, and then with a byte now and then, for ever."""
    is_over = threading.Event()

    def drip(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(head)
            while not is_over.wait(pause_seconds):
                connection.sendall(b"-")

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        thread = threading.Thread(target=drip, args=(listener,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        is_over.set()


@contextmanager
def crowded_port() -> Iterator[str]:
    """An address whose queue of connections is full, so that connecting takes for ever."""
    with ExitStack() as stack:
        listener = stack.enter_context(closing(socket.create_server(("127.0.0.1", 0), backlog=0)))
        for _ in range(CROWD):
            waiting = stack.enter_context(closing(socket.socket()))
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
