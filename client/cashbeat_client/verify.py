"""Check that a webhook is Cashbeat's (https://www.standardwebhooks.com), with nothing but the standard library."""

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cashbeat_client.errors import NotGenuine

PREFIX = "whsec_"
TOLERANCE_SECONDS = 300


def verify(
    headers: Mapping[str, str], body: bytes, secrets: str | Sequence[str], now_seconds: float | None = None
) -> dict[str, Any]:
    """The event in a webhook, once one of the endpoint's secrets has signed it.

    `body` is what came, byte by byte. `webhook-id` of the headers is the event's, and the same each time it comes:
    remember it, for each event comes once or more. Raises NotGenuine for what another has sent, has changed, or sends
    again after five minutes, and ValueError for a secret that is none.
    """
    named = {name.lower(): value for name, value in headers.items()}
    event_id, sent_at, signatures = (named.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    _check_time(sent_at, time.time() if now_seconds is None else now_seconds)
    signed = f"{event_id}.{sent_at}.".encode() + body
    keys = [_key(secret) for secret in ([secrets] if isinstance(secrets, str) else secrets)]
    expected = [hmac.new(key, signed, hashlib.sha256).digest() for key in keys]
    if not event_id or not any(hmac.compare_digest(one, other) for one in expected for other in _given(signatures)):
        raise NotGenuine("none of the secrets has signed it")
    event: dict[str, Any] = json.loads(body)
    return event


def _check_time(sent_at: str, now_seconds: float) -> None:
    if not (sent_at.isascii() and sent_at.isdigit() and len(sent_at) < 12):
        raise NotGenuine("it does not say when it was sent")
    if abs(now_seconds - int(sent_at)) > TOLERANCE_SECONDS:
        raise NotGenuine("it was not sent now")


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("the secret of an endpoint begins with whsec_ and is Base64") from None


def _given(signatures: str) -> Iterator[bytes]:
    """Several may stand side by side while a secret is changed; versions that are not known are passed over."""
    for each in signatures.split(" "):
        version, _, signature = each.partition(",")
        if version == "v1":
            try:
                yield base64.b64decode(signature, validate=True)
            except binascii.Error:
                continue
