"""A crowd of senders turns nobody else away, and fits into the memory of a small machine."""

import resource
import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from gateways.stripe.signatures import sign
from settings import Settings
from tests.ingress.deliveries import PATH, SECRET, deliver, event
from tests.ingress.running_door import as_process, in_thread

CROWD = 1_000
LARGE_BYTES = 511 * 1024
MEMORY_MAX_MEGABYTES = 200
PATIENCE_SECONDS = 60.0


@pytest.fixture
def for_a_proxy(settings: Settings) -> Settings:
    """One process, to which all come from one address."""
    return settings.model_copy(update={"ingress_connections_per_address": 0, "ingress_processes": 1})


@contextmanager
def _many_files() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_thousand_large_bodies_at_once_stay_under_two_hundred_megabytes(for_a_proxy: Settings) -> None:
    with _many_files(), as_process(for_a_proxy) as (door, process), ExitStack() as crowd:
        senders = [crowd.enter_context(_connect(door)) for _ in range(CROWD)]
        body = b"{" + b" " * (LARGE_BYTES - 1)
        request = _head(f"Content-Length: {LARGE_BYTES}", body) + body[:-1]
        answers = _send_all(senders, request)
        assert deliver(door, event()).status_code == 200
        assert _peak_megabytes(process.pid) < MEMORY_MAX_MEGABYTES
    assert set(answers) <= {b"503", b"none"}
    assert b"503" in answers


def test_chunks_are_counted_as_they_come(for_a_proxy: Settings) -> None:
    with _many_files(), as_process(for_a_proxy) as (door, process), ExitStack() as crowd:
        senders = [crowd.enter_context(_connect(door)) for _ in range(CROWD)]
        body = b"{" + b" " * (LARGE_BYTES - 1)
        request = _head("Transfer-Encoding: chunked", body) + b"%x\r\n" % LARGE_BYTES + body
        answers = _send_all(senders, request)
        assert deliver(door, event()).status_code == 200
        assert _peak_megabytes(process.pid) < MEMORY_MAX_MEGABYTES
    assert b"503" in answers


def test_what_could_not_be_genuine_is_refused_before_its_body_comes(door: httpx.Client) -> None:
    body = event()
    old, foreign = sign(body, SECRET, int(time.time()) - 301), f"t={int(time.time())},v1=abc"
    for header in ("", f"Stripe-Signature: {old}\r\n", f"Stripe-Signature: {foreign}\r\n"):
        with _connect(door) as sender:
            sender.sendall(f"POST {PATH} HTTP/1.1\r\nHost: x\r\n{header}Content-Length: 500000\r\n\r\n".encode())
            sender.settimeout(5.0)
            assert sender.recv(65_536).startswith(b"HTTP/1.1 400 ")


def test_after_a_refusal_the_connection_can_be_used_again(door: httpx.Client) -> None:
    body = event()
    with httpx.Client(base_url=door.base_url, limits=httpx.Limits(max_connections=1)) as one:
        assert deliver(one, b"x" * 400_000, {}).status_code == 400
        assert deliver(one, body).status_code == 200


def test_one_address_has_its_share_of_connections_and_no_more(settings: Settings) -> None:
    few = settings.model_copy(update={"ingress_connections_per_address": 10})
    with in_thread(few) as door, ExitStack() as crowd:
        door.close()
        idle = [crowd.enter_context(_connect(door)) for _ in range(10)]
        with _connect(door) as one_more:
            one_more.settimeout(5.0)
            answer = one_more.recv(65_536)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"Retry-After" in answer
        idle[0].close()
        _await_room(door)


def _await_room(door: httpx.Client) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    with httpx.Client(base_url=door.base_url) as another:
        while another.get("/healthz").status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def _head(length: str, body: bytes) -> bytes:
    signature = sign(body, SECRET, int(time.time()))
    return f"POST {PATH} HTTP/1.1\r\nHost: x\r\nStripe-Signature: {signature}\r\n{length}\r\n\r\n".encode()


def _send_all(senders: list[socket.socket], request: bytes) -> list[bytes]:
    """All of it to the door, on all connections side by side; the status that each was answered, `none` so far."""
    with selectors.DefaultSelector() as ready:
        left = {sender: memoryview(request) for sender in senders}
        for sender in senders:
            sender.setblocking(False)
            ready.register(sender, selectors.EVENT_WRITE, sender)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while left:
            assert time.monotonic() < deadline, f"{len(left)} could not send"
            for key, _ in ready.select(1.0):
                left[key.data] = _send_some(key.data, left[key.data])
                if not left[key.data]:
                    del left[key.data]
                    ready.unregister(key.data)
    return [_status(sender) for sender in senders]


def _send_some(sender: socket.socket, request: memoryview) -> memoryview:
    """As much as goes; what is left to be sent. Nothing is to who was shown out."""
    try:
        return request[sender.send(request) :]
    except OSError:
        return request[:0]


def _status(sender: socket.socket) -> bytes:
    try:
        return sender.recv(65_536)[9:12]
    except BlockingIOError:
        return b"none"
    except OSError:
        return b"gone"


def _connect(door: httpx.Client) -> socket.socket:
    return socket.create_connection((door.base_url.host, door.base_url.port or 80))


def _peak_megabytes(process_id: int) -> float:
    """The most that the process has had in memory so far, of Linux's own account."""
    status = Path(f"/proc/{process_id}/status").read_text(encoding="ascii")
    peak_kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return int(peak_kilobytes) / 1024
