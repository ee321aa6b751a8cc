"""Webhooks of any vendor: verified, stored, answered. Written as bare ASGI, because this is where the load is."""

import time
from uuid import UUID

import orjson
import structlog
from starlette.types import Receive, Scope, Send

from billing.errors import Unavailable
from gateways.envelope import EventRefused, SignatureRefused, Unchecked, WebhookSignature
from ingress import metrics
from ingress.bodies import Gone, read_body
from ingress.group_commit import GroupCommit, RowsRefused
from ingress.inbox_store import ArrivedEvent, TransmissionReused
from ingress.problems import Problem, unavailable
from ingress.unverified_store import NoRoom, UncheckedArrival

log = structlog.get_logger(__name__)

RECEIVED = b'{"received": true}'
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(RECEIVED)).encode())]
COME_AGAIN_SECONDS = 60  # vendors come again of themselves, for days
Inbox = GroupCommit[ArrivedEvent, UUID | None]
Unverified = GroupCommit[UncheckedArrival, UUID | None]


class Webhooks:
    """One vendor's door. Answers 200 once the event is stored durably, now or before.

    What may be genuine and cannot be checked here is stored as well, apart, and answered alike. Anything wrong with it
    is a 400 without a reason.
    """

    def __init__(self, gateway: str, signature: WebhookSignature, inbox: Inbox, unverified: Unverified) -> None:
        self._gateway = gateway
        self._signature = signature
        self._inbox = inbox
        self._unverified = unverified
        metrics.begin_webhooks(gateway)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._signature.is_set:
            raise unavailable("No webhook secret is configured.")
        self._look_at(scope)
        try:
            body = await read_body(receive, self._signature.body_bytes_max)
        except Gone:
            return
        await self._store(self._read(scope, body))
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS.copy()})
        await send({"type": "http.response.body", "body": RECEIVED})

    def _look_at(self, scope: Scope) -> None:
        """A sender who could not be the vendor is not listened to: its body is never read."""
        try:
            self._signature.look_at(scope["headers"], time.time())
        except SignatureRefused as error:
            raise self._refused(str(error)) from error

    def _read(self, scope: Scope, body: bytes) -> ArrivedEvent | UncheckedArrival:
        try:
            found = self._signature.read(body, scope["headers"], time.time())
        except (SignatureRefused, EventRefused) as error:
            raise self._refused(str(error)) from error
        if isinstance(found, Unchecked):
            return _unchecked(self._gateway, found, body)
        return ArrivedEvent(self._gateway, found.event_id, found.event_type, body, found.transmission_id)

    async def _store(self, event: ArrivedEvent | UncheckedArrival) -> None:
        try:
            if isinstance(event, UncheckedArrival):
                await self._unverified.submit(event, len(event.body))
            else:
                await self._inbox.submit(event, len(event.body))
        except RowsRefused as error:
            raise self._refused("the database cannot store it", event_id=event.event_id) from error
        except TransmissionReused as error:
            raise self._refused("its transmission came before, with another body", event_id=event.event_id) from error
        except NoRoom as error:
            metrics.WEBHOOKS.labels(self._gateway, "unavailable").inc()
            raise _full() from error
        except Unavailable:
            metrics.WEBHOOKS.labels(self._gateway, "unavailable").inc()
            raise

    def _refused(self, reason: str, **ids: str) -> Problem:
        """The sender learns nothing about the reason; our log does, aloud: a wrong secret of ours refuses them all."""
        metrics.WEBHOOKS.labels(self._gateway, "refused").inc()
        log.warning("webhook_refused", gateway=self._gateway, reason=reason, **ids)
        return Problem(400, "webhook_refused", "The webhook was refused.")


def _unchecked(gateway: str, found: Unchecked, body: bytes) -> UncheckedArrival:
    event = found.envelope
    noted = found.certificate_url, orjson.dumps(found.evidence)
    return UncheckedArrival(gateway, event.transmission_id, event.event_id, event.event_type, body, *noted)


def _full() -> Problem:
    detail = "Too many events wait to be verified; send it again."
    return Problem(429, "too_many_unverified", detail, {"Retry-After": str(COME_AGAIN_SECONDS)})
