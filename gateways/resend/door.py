"""Resend's webhooks, as the registry opens them for the door. Never imports the `resend` package."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateways.envelope import Envelope, Headers, WebhookSignature
from gateways.event_bodies import BODY_BYTES_MAX
from gateways.resend.events import envelope_of, load_event
from gateways.resend.signatures import Verifier, look_at


class ResendSignature:
    """Three headers, an HMAC over two of them and the body, under any of the endpoint's secrets."""

    body_bytes_max = BODY_BYTES_MAX

    def __init__(self, secrets: Sequence[str]) -> None:
        self.is_set = bool(secrets)
        self._verifier = Verifier(secrets)

    def look_at(self, headers: Headers, now: float) -> None:
        """See WebhookSignature."""
        look_at(headers, now)

    def read(self, body: bytes, headers: Headers, now: float) -> Envelope:
        """See WebhookSignature. An event is named by its delivery, which has the same name each time it is tried."""
        signed = self._verifier.verify(body, headers, now)
        return envelope_of(load_event(body), signed.message_id.decode())


def open_door(values: Mapping[str, Any]) -> WebhookSignature:
    """`webhook_secrets`: all that are active, each a SecretStr."""
    return ResendSignature([secret.get_secret_value() for secret in values["webhook_secrets"]])
