"""Signed Stripe events, and a client that sends them over many connections for little CPU of its own."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import cast

import uvloop

from gateways.stripe.signatures import sign

EVENT_BYTES = 3_072
EVENT_ID_TEMPLATE = "evt_00000000000000000000"
HEAD = (
    "POST /v1/billing/webhooks/stripe/ HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Stripe/1.0 (+https://stripe.com)\r\n"
    "Accept: */*; q=0.5, application/xml\r\nCache-Control: no-cache\r\n"
    "Content-Type: application/json; charset=utf-8\r\n"
    "Content-Length: {length}\r\nStripe-Signature: {signature}\r\n\r\n"
)
# digits as letters: real ids are no numbers that a log would have to take for those of a card
LETTERS = bytes.maketrans(b"0123456789", b"QRSTUVWXYZ")
_numbers = count(1)


def signed_events(number: int, secret: str) -> list[bytes]:
    """That many whole requests, each with an event id never used before in this process, signed now."""
    now_seconds = int(time.time())
    template = _template()
    return [_request(template, secret, now_seconds) for _ in range(number)]


def _template() -> bytes:
    """An event as Stripe prints it: indented JSON of three kilobytes."""
    payment_intent = {
        "id": "pi_3Example0000000000000000", "object": "payment_intent", "amount": 2999, "amount_received": 2999,
        "currency": "usd", "status": "succeeded", "metadata": {},
    }  # fmt: skip
    event = {
        "id": EVENT_ID_TEMPLATE, "object": "event", "api_version": "2026-10-28.endive", "created": 1_790_000_000,
        "data": {"object": payment_intent}, "livemode": False, "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None}, "type": "payment_intent.succeeded",
    }  # fmt: skip
    number = 0
    while len(body := json.dumps(event, indent=2).encode()) < EVENT_BYTES:
        payment_intent["metadata"][f"field_{number}"] = f'the customer\'s "value" {number}'  # type: ignore[index]
        number += 1
    return body


def _request(template: bytes, secret: str, now_seconds: int) -> bytes:
    body = template.replace(EVENT_ID_TEMPLATE.encode(), (b"evt_%020d" % next(_numbers)).translate(LETTERS))
    return HEAD.format(length=len(body), signature=sign(body, secret, now_seconds)).encode() + body


def drive(port: int, requests: list[bytes], connections: int, seconds: float) -> tuple[Counter[str], float]:
    """Send the requests over that many connections, one after the other on each, until they or the time are used up.

    Returns answers by status and the seconds it took; every request sent is waited for.
    """
    return uvloop.run(_drive(port, iter(requests), connections, seconds))


async def _drive(port: int, requests: Iterator[bytes], connections: int, seconds: float) -> tuple[Counter[str], float]:
    loop = asyncio.get_running_loop()
    statuses: Counter[str] = Counter()
    stop_at = loop.time() + seconds
    senders = [_Sender(requests, statuses, stop_at) for _ in range(connections)]
    started_at = loop.time()
    for sender in senders:
        await loop.create_connection(lambda sender=sender: sender, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*(sender.finished for sender in senders))
    return statuses, loop.time() - started_at


class _Sender(asyncio.Protocol):
    def __init__(self, requests: Iterator[bytes], statuses: Counter[str], stop_at: float) -> None:
        self._requests = requests
        self._statuses = statuses
        self._stop_at = stop_at
        self._loop = asyncio.get_running_loop()
        self._received = b""
        self.finished: asyncio.Future[None] = self._loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but its base class
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._received.endswith(b"}"):  # both servers answer in one small JSON object
            self._statuses[self._received[9:12].decode()] += 1
            self._received = b""
            self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.finished.done():
            self.finished.set_exception(error or ConnectionError("the server closed a connection"))

    def _send(self) -> None:
        request = next(self._requests, None) if self._loop.time() < self._stop_at else None
        if request is not None:
            self._transport.write(request)
            return
        if not self.finished.done():
            self.finished.set_result(None)
        self._transport.close()
