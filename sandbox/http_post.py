"""Posts small bodies to a web address over kept connections. All that a sender of webhooks needs of HTTP."""

import asyncio
import ssl
from collections import defaultdict
from typing import cast
from urllib.parse import SplitResult, urlsplit

import httptools

# a receiver's idle connections; more would only be held open for nothing
IDLE_CONNECTIONS_MAX = 16

Origin = tuple[str, int, bool]


class Connection(asyncio.Protocol):
    """One connection, one exchange at a time."""

    def __init__(self) -> None:
        self.closed = False
        self.reusable = True
        self._answering = False
        self._transport: asyncio.Transport
        self._status: asyncio.Future[int] | None = None
        self._parser: httptools.HttpResponseParser

    async def exchange(self, request: bytes) -> int:
        """Send, and wait for the whole answer; its status. Raises OSError when the connection ends first."""
        self._status = asyncio.get_running_loop().create_future()
        self._parser = httptools.HttpResponseParser(self)
        self._transport.write(request)
        return await self._status

    def close(self) -> None:
        """No more exchanges."""
        self.closed = True
        self._transport.abort()

    # asyncio calls these
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports have all the methods, but not the base class
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._status is None:
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as problem:
            self._fail(ConnectionError(f"no HTTP answer: {problem}"))

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if self._answering:
            # an answer without a length ends with its connection
            self.on_message_complete()
        self._fail(exc or ConnectionResetError("the connection was closed before an answer came"))

    # httptools calls these
    def on_headers_complete(self) -> None:
        self._answering = True

    def on_message_complete(self) -> None:
        self._answering = False
        self.reusable = self._parser.should_keep_alive()
        status, self._status = self._status, None
        if status is not None and not status.done():
            status.set_result(self._parser.get_status_code())

    def _fail(self, problem: Exception) -> None:
        status, self._status = self._status, None
        if status is not None and not status.done():
            status.set_exception(problem)


class Poster:
    """Keeps connections between posts. Redirects are answers like any other: they are not followed."""

    def __init__(self) -> None:
        self._idle: dict[Origin, list[Connection]] = defaultdict(list)

    async def post(self, url: str, headers: dict[str, str], body: bytes, timeout_seconds: float) -> int:
        """The status of the answer. Raises OSError (also TimeoutError) when there is none, ValueError for a bad URL."""
        address = urlsplit(url)
        if not address.hostname:
            raise ValueError(f"no web address: {url!r}")
        async with asyncio.timeout(timeout_seconds):
            return await self._exchange(address, _request(address, headers, body))

    def close(self) -> None:
        """Close the idle connections."""
        for connections in self._idle.values():
            for connection in connections:
                connection.close()

    async def _exchange(self, address: SplitResult, request: bytes) -> int:
        origin = _origin(address)
        connection = self._take_idle(origin) or await _connect(origin)
        try:
            status = await connection.exchange(request)
        except BaseException:  # a canceled exchange leaves an answer on its way: this connection is spoilt
            connection.close()
            raise
        self._give_back(origin, connection)
        return status

    def _take_idle(self, origin: Origin) -> Connection | None:
        idle = self._idle[origin]
        while idle:
            connection = idle.pop()
            if not connection.closed:
                return connection
        return None

    def _give_back(self, origin: Origin, connection: Connection) -> None:
        if connection.reusable and not connection.closed and len(self._idle[origin]) < IDLE_CONNECTIONS_MAX:
            self._idle[origin].append(connection)
        else:
            connection.close()


def _origin(address: SplitResult) -> Origin:
    encrypted = address.scheme == "https"
    return address.hostname or "", address.port or (443 if encrypted else 80), encrypted


async def _connect(origin: Origin) -> Connection:
    host, port, encrypted = origin
    tls = ssl.create_default_context() if encrypted else None
    _, connection = await asyncio.get_running_loop().create_connection(Connection, host, port, ssl=tls)
    return connection


def _request(address: SplitResult, headers: dict[str, str], body: bytes) -> bytes:
    target = (address.path or "/") + (f"?{address.query}" if address.query else "")
    fields = {"Host": address.netloc.rpartition("@")[2], **headers, "Content-Length": str(len(body))}
    head = f"POST {target} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return head.encode("ascii") + b"\r\n" + body
