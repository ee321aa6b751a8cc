"""Stripe's webhook signatures: `Stripe-Signature: t=<unix>,v1=<hex>[,v1=<hex>]`, HMAC-SHA256 over `t.body`.

https://docs.stripe.com/webhooks#verify-manually. Our own implementation, because stripe-python's accepts timestamps
in the future, knows one secret at a time and lets hostile input raise UnicodeDecodeError and TypeError.
"""

import hmac
import re
from collections.abc import Sequence
from hashlib import sha256

from gateways.envelope import SignatureRefused
from gateways.reasons import masked_secret, told_of_time

HEADER_BYTES_MAX = 2_048  # a real header has about 180 bytes, or 250 while a secret is rolled
HEADER_PARTS_MAX = 16  # one timestamp, two secrets in a roll, and room for schemes to come
SIGNATURE = re.compile(rb"[0-9a-f]{64}")
TIMESTAMP_DIGITS_MAX = 12  # seconds until the year 33658
NO_HEADER = "the header Stripe-Signature is not there once, or is beyond its limits"
TOLERANCE_SECONDS = 300  # Stripe's own default; it applies to the future as well


class Verifier:
    """Checks signatures against every active secret of an endpoint; without a secret it refuses everything.

    The secrets are turned into keyed hashes once, because the ingress verifies every request.
    """

    def __init__(self, secrets: Sequence[str | bytes]) -> None:
        self._keyed = tuple(_keyed(secret) for secret in secrets)
        self._shown = ", ".join(masked_secret(str(secret)) for secret in secrets)

    def verify(self, body: bytes, header: bytes | str | None, now: float) -> None:
        """Return if one signature in `header` fits the raw `body` and its age; raise SignatureRefused otherwise.

        `now` is seconds since the epoch.
        """
        timestamp, signatures = look_at(header, now)
        signed = timestamp + b"." + body
        for keyed in self._keyed:
            mac = keyed.copy()
            mac.update(signed)
            expected = mac.hexdigest().encode()
            for signature in signatures:
                if hmac.compare_digest(expected, signature):
                    return
        raise SignatureRefused(f"no webhook secret of ours ({self._shown}) has signed it")


def look_at(header: bytes | str | None, now: float) -> tuple[bytes, list[bytes]]:
    """The timestamp as it was sent, and the v1 signatures that could be ones.

    Needs no body: raises SignatureRefused for a header without either, or whose time is not now.
    """
    timestamp, signatures = _parse(header)
    if not signatures:
        raise SignatureRefused("its header has no signature of the scheme v1")
    ahead_seconds = int(timestamp) - now
    if not abs(ahead_seconds) <= TOLERANCE_SECONDS:
        raise SignatureRefused(told_of_time(ahead_seconds))
    return timestamp, signatures


def verify(body: bytes, header: bytes | str | None, secrets: Sequence[str | bytes], now: float) -> None:
    """Check one signature; whoever checks many keeps a `Verifier`. Raises SignatureRefused."""
    Verifier(secrets).verify(body, header, now)


def sign(body: bytes, secret: str | bytes, timestamp: int) -> str:
    """The header that Stripe would send with this body at this second; for tests and tools."""
    mac = _keyed(secret)
    mac.update(b"%d." % timestamp + body)
    return f"t={timestamp},v1={mac.hexdigest()}"


def _keyed(secret: str | bytes) -> hmac.HMAC:
    key = secret.encode() if isinstance(secret, str) else secret
    if not key.strip():
        # anybody can sign with an empty key
        raise ValueError("a webhook secret is empty")
    return hmac.new(key, digestmod=sha256)


def _parse(header: bytes | str | None) -> tuple[bytes, list[bytes]]:
    """The timestamp as it was sent, and the v1 signatures; other schemes are ignored, as Stripe asks."""
    timestamps: list[bytes] = []
    signatures: list[bytes] = []
    for part in _split(header):
        scheme, _, value = part.partition(b"=")
        if scheme == b"v1" and SIGNATURE.fullmatch(value):
            signatures.append(value)
        elif scheme == b"t":
            timestamps.append(value)
    if len(timestamps) != 1 or not timestamps[0].isdigit() or len(timestamps[0]) > TIMESTAMP_DIGITS_MAX:
        raise SignatureRefused("its header has no time")
    return timestamps[0], signatures


def _split(header: bytes | str | None) -> list[bytes]:
    raw = header.encode(errors="surrogatepass") if isinstance(header, str) else header
    if not raw or len(raw) > HEADER_BYTES_MAX or not raw.isascii():
        raise SignatureRefused(NO_HEADER)
    parts = raw.split(b",", HEADER_PARTS_MAX)
    if len(parts) > HEADER_PARTS_MAX:
        raise SignatureRefused(NO_HEADER)
    return parts
