"""How Stripe sends its events (https://docs.stripe.com/webhooks)."""

import hashlib
import hmac
import time
from collections.abc import Sequence

import orjson

from sandbox.json_types import JsonObject
from sandbox.options import Options

KIND = "event"


class StripeSender:
    """To one endpoint, with a header that each of its secrets signs. See `sandbox.courier.Sender`."""

    event_kind = KIND

    def __init__(self, options: Options) -> None:
        self._options = options

    def address(self) -> str:
        """See Sender."""
        return self._options.webhook_url

    def event_type(self, event: JsonObject) -> str:
        """See Sender."""
        return str(event["type"])

    def enabled_events(self) -> Sequence[str]:
        """See Sender."""
        return self._options.enabled_events

    def stamp(self) -> JsonObject:
        """Nothing: each try is signed anew."""
        return {}

    def sealed(self, event: JsonObject, delivery: JsonObject) -> tuple[dict[str, str], bytes]:
        """See Sender."""
        body = orjson.dumps({**event, "pending_webhooks": 1})
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": sign(body, self._options.webhook_secrets, int(time.time())),
        }, body


def sign(body: bytes, secrets: tuple[str, ...], timestamp: int) -> str:
    """The Stripe-Signature header: one `v1` per active secret (https://docs.stripe.com/webhooks#verify-manually)."""
    signed = str(timestamp).encode() + b"." + body
    digests = (hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets)
    return ",".join([f"t={timestamp}", *(f"v1={digest}" for digest in digests)])
