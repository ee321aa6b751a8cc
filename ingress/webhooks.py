"""Stripe's webhooks: verified, stored, answered. Written as bare ASGI, because this is where the load is."""

import time
from collections.abc import Sequence

import structlog
from starlette.types import Receive, Scope, Send

from billing.errors import Unavailable
from database.ids import uuid7
from gateways.envelope import EventRefused
from gateways.stripe.events import BODY_BYTES_MAX, read_envelope
from gateways.stripe.signatures import SignatureRefused, Verifier
from ingress import metrics
from ingress.bodies import Gone, read_body
from ingress.group_commit import GroupCommit, RowsRefused
from ingress.inbox_store import ArrivedEvent
from ingress.problems import Problem, unavailable

log = structlog.get_logger(__name__)

GATEWAY = "stripe"
SIGNATURE_HEADER = b"stripe-signature"
RECEIVED = b'{"received": true}'
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(RECEIVED)).encode())]


class StripeWebhooks:
    """Answers 200 once the event is stored durably, now or before. Anything wrong with it is a 400 without a reason."""

    def __init__(self, secrets: Sequence[str], inbox: GroupCommit[ArrivedEvent, bool]) -> None:
        self._is_open = bool(secrets)
        self._verifier = Verifier(secrets)
        self._inbox = inbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._is_open:
            raise unavailable("No webhook secret is configured.")
        try:
            body = await read_body(receive, BODY_BYTES_MAX)
        except Gone:
            return
        await self._store(self._verified(scope, body))
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS.copy()})
        await send({"type": "http.response.body", "body": RECEIVED})

    def _verified(self, scope: Scope, body: bytes) -> ArrivedEvent:
        try:
            self._verifier.verify(body, _signature(scope), time.time())
            envelope = read_envelope(body)
        except (SignatureRefused, EventRefused) as error:
            raise _refused(str(error)) from error
        return ArrivedEvent(uuid7(), GATEWAY, envelope.event_id, envelope.event_type, body)

    async def _store(self, event: ArrivedEvent) -> None:
        try:
            await self._inbox.submit(event, len(event.body))
        except RowsRefused as error:
            raise _refused("the database cannot store it", event_id=event.event_id) from error
        except Unavailable:
            metrics.WEBHOOKS.labels(GATEWAY, "unavailable").inc()
            raise


def _signature(scope: Scope) -> bytes | None:
    """The one signature header; two of them are nobody's."""
    found = [value for name, value in scope["headers"] if name == SIGNATURE_HEADER]
    return found[0] if len(found) == 1 else None


def _refused(reason: str, **ids: str) -> Problem:
    """The sender learns nothing about the reason; our log does."""
    metrics.WEBHOOKS.labels(GATEWAY, "refused").inc()
    log.info("webhook_refused", reason=reason, **ids)
    return Problem(400, "webhook_refused", "The webhook was refused.")
