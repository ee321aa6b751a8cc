"""How Resend sends its events: as Svix does (https://docs.svix.com/receiving/verifying-payloads/how-manual)."""

import hashlib
import hmac
import time
from base64 import b64decode, b64encode
from collections.abc import Sequence

import orjson

from sandbox.json_types import JsonObject
from sandbox.options import Options

KIND = "resend_event"
PREFIX = "whsec_"


class ResendSender:
    """To one endpoint, with a signature of each of its secrets. See `sandbox.courier.Sender`."""

    event_kind = KIND

    def __init__(self, options: Options) -> None:
        self._options = options

    def address(self) -> str:
        """See Sender."""
        return self._options.resend_webhook_url

    def event_type(self, event: JsonObject) -> str:
        """See Sender."""
        return str(event["body"]["type"])

    def enabled_events(self) -> Sequence[str]:
        """Everything there is."""
        return ("*",)

    def stamp(self) -> JsonObject:
        """Nothing: each try is signed anew, under the same name."""
        return {}

    def sealed(self, event: JsonObject, delivery: JsonObject) -> tuple[dict[str, str], bytes]:
        """See Sender."""
        body, timestamp = orjson.dumps(event["body"]), int(time.time())
        return {
            "Content-Type": "application/json",
            "User-Agent": "Svix-Webhooks/1.0",
            "svix-id": str(event["id"]),
            "svix-timestamp": str(timestamp),
            "svix-signature": sign(f"{event['id']}.{timestamp}.".encode() + body, self._options.resend_webhook_secrets),
        }, body


def sign(content: bytes, secrets: Sequence[str]) -> str:
    """The header `svix-signature`: a `v1` per active secret."""
    keys = (b64decode(secret.removeprefix(PREFIX)) for secret in secrets)
    digests = (b64encode(hmac.digest(key, content, hashlib.sha256)).decode() for key in keys)
    return " ".join(f"v1,{digest}" for digest in digests)
