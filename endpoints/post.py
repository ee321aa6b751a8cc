"""Post to one endpoint, again and again over one connection. Every wait and size has an end; no redirect counts."""

import http.client
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from types import TracebackType

from endpoints.addresses import AddressRefused, Target, resolve
from endpoints.deadlines import Deadlines

CONNECT_SECONDS = 5.0
# for a whole request and its answer: the specification recommends 15 to 30
REQUEST_SECONDS = 15.0
# what is kept of an answer, for whoever looks why; the rest is not read
ANSWER_BYTES_MAX = 1_024
USER_AGENT = "Cashbeat-Webhooks/1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one request. Without an answer `status` is None and `error` says why, in a few words."""

    status: int | None
    milliseconds: int
    error: str = ""
    text: str = ""
    retry_after: str = ""

    @property
    def is_taken(self) -> bool:
        """The endpoint has it: any 2xx."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """410: the endpoint wants nothing more, ever."""
        return self.status == http.client.GONE


class Posting:
    """A connection to one endpoint. For one thread; a context manager."""

    def __init__(
        self, url: str, deadlines: Deadlines, *, is_production: bool, seconds: float = REQUEST_SECONDS
    ) -> None:
        self._url = url
        self._deadlines = deadlines
        self._is_production = is_production
        self._seconds = seconds
        self._connection: http.client.HTTPConnection | None = None

    def __enter__(self) -> "Posting":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """One request. Never raises for what an endpoint or the way to it does."""
        begun = time.monotonic()
        try:
            return self._post(body, headers, begun)
        except AddressRefused as error:
            reason = f"refused: {error}"
        except TimeoutError:
            reason = "timeout"
        except ssl.SSLError as error:
            reason = f"tls: {error.reason or error}"
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = f"connection: {type(error).__name__}"
        is_late = time.monotonic() - begun >= self._seconds
        self.close()
        return Answer(None, _milliseconds(begun), "timeout" if is_late else reason)

    def _post(self, body: bytes, headers: Mapping[str, str], begun: float) -> Answer:
        was_kept = self._connection is not None
        try:
            return self._ask(body, headers, begun)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # a connection that rested is closed by the other side any time; heard twice is the same as heard once
            if not was_kept:
                raise
            self.close()
            return self._ask(body, headers, begun)

    def _ask(self, body: bytes, headers: Mapping[str, str], begun: float) -> Answer:
        connection = self._connected()
        target = connection.target
        sent = {"Host": target.host_header, "Content-Type": "application/json", "User-Agent": USER_AGENT, **headers}
        # each read has its time-out, and who sends a byte now and then has all of them: in the end the line is cut
        with self._deadlines.until(begun + self._seconds, connection.cut):
            connection.request("POST", target.path, body, sent)
            response = connection.getresponse()
            text = response.read(ANSWER_BYTES_MAX)
        has_more = not response.isclosed()
        answer = Answer(
            status=response.status,
            milliseconds=_milliseconds(begun),
            text=text.decode(errors="replace").replace("\x00", ""),
            retry_after=response.getheader("Retry-After") or "",
        )
        if has_more or response.will_close:
            self.close()
        return answer

    def _connected(self) -> "_Connection":
        if not isinstance(self._connection, _Connection):
            self._connection = _Connection(resolve(self._url, is_production=self._is_production))
            self._connection.connect()
        return self._connection


class _Connection(http.client.HTTPConnection):
    """Goes to the address that was looked at, whatever the name means by now."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=CONNECT_SECONDS)
        self.target = target

    def connect(self) -> None:
        """As the library wants it."""
        line = socket.create_connection((self.target.address, self.target.port), timeout=CONNECT_SECONDS)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = line
        if self.target.scheme == "https":
            self.sock = _tls().wrap_socket(line, server_hostname=self.target.host)
        self.sock.settimeout(REQUEST_SECONDS)

    def cut(self) -> None:
        """From another thread: whoever reads from it reads its end."""
        line = self.sock
        if line is not None:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _milliseconds(begun: float) -> int:
    return round((time.monotonic() - begun) * 1_000)
