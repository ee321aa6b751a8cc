"""Stripe's webhooks, as the registry opens them for the door. Never imports the `stripe` package."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateways.envelope import Envelope, Headers, WebhookSignature
from gateways.event_bodies import BODY_BYTES_MAX
from gateways.stripe.events import read_envelope
from gateways.stripe.signatures import Verifier, look_at

SIGNATURE_HEADER = b"stripe-signature"


class StripeSignature:
    """One header, an HMAC over the body, under any of the endpoint's secrets."""

    body_bytes_max = BODY_BYTES_MAX

    def __init__(self, secrets: Sequence[str]) -> None:
        self.is_set = bool(secrets)
        self._verifier = Verifier(secrets)

    def look_at(self, headers: Headers, now: float) -> None:
        """See WebhookSignature."""
        look_at(_signature(headers), now)

    def read(self, body: bytes, headers: Headers, now: float) -> Envelope:
        """See WebhookSignature."""
        self._verifier.verify(body, _signature(headers), now)
        return read_envelope(body)


def open_door(values: Mapping[str, Any]) -> WebhookSignature:
    """`webhook_secrets`: all that are active, each a SecretStr."""
    return StripeSignature([secret.get_secret_value() for secret in values["webhook_secrets"]])


def _signature(headers: Headers) -> bytes | None:
    """The one signature header; two of them are nobody's."""
    found = [value for name, value in headers if name == SIGNATURE_HEADER]
    return found[0] if len(found) == 1 else None
