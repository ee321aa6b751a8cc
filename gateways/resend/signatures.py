"""Resend's webhook signatures: Svix's, which the Standard Webhooks took over with headers of other names.

`svix-signature: v1,<base64>[ v1,<base64>]` is HMAC-SHA256 over `id.timestamp.body`; the secret is Base64 behind its
prefix. https://docs.svix.com/receiving/verifying-payloads/how-manual. Our own, because that of the packages takes one
secret, its own clock, and answers hostile headers with whatever error comes about.
"""

import hmac
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

from gateways.envelope import Headers, SignatureRefused
from gateways.reasons import masked_secret, told_of_time

PREFIX = "whsec_"
TOLERANCE_SECONDS = 300  # Svix's own, in both directions
SIGNATURES_MAX = 16  # one for each secret that is active
HEADER_BYTES_MAX = 2_048
ID, TIMESTAMP, SIGNATURE = b"svix-id", b"svix-timestamp", b"svix-signature"
_is_id = re.compile(rb"[A-Za-z0-9_-]{1,200}").fullmatch
_is_timestamp = re.compile(rb"[0-9]{1,12}").fullmatch
_is_signature = re.compile(rb"v1,([A-Za-z0-9+/]{43}=)").fullmatch


class Signed(NamedTuple):
    """What the headers say: the message's name, when it was signed, and the signatures that could be ones."""

    message_id: bytes
    timestamp: bytes
    signatures: Sequence[bytes]


class Verifier:
    """Checks against every active secret of an endpoint; without one it refuses everything."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._keyed = tuple(hmac.new(key_of(secret), digestmod=sha256) for secret in secrets)
        self._shown = ", ".join(masked_secret(secret) for secret in secrets)

    def verify(self, body: bytes, headers: Headers, now: float) -> Signed:
        """What the headers say, if one signature fits the raw `body` and its age; raises SignatureRefused otherwise."""
        signed = look_at(headers, now)
        content = b".".join((signed.message_id, signed.timestamp, body))
        for keyed in self._keyed:
            mac = keyed.copy()
            mac.update(content)
            expected = b64encode(mac.digest())
            if any(hmac.compare_digest(expected, signature) for signature in signed.signatures):
                return signed
        raise SignatureRefused(f"no webhook secret of ours ({self._shown}) has signed it")


def look_at(headers: Headers, now: float) -> Signed:
    """What the headers say. Raises SignatureRefused when under these no body could be genuine, or not now."""
    message_id, timestamp, written = (_one(headers, name) for name in (ID, TIMESTAMP, SIGNATURE))
    if not _is_id(message_id):
        raise SignatureRefused("its header svix-id is not there once, or is none")
    if not _is_timestamp(timestamp):
        raise SignatureRefused("its header has no time")
    ahead_seconds = int(timestamp) - now
    if not abs(ahead_seconds) <= TOLERANCE_SECONDS:
        raise SignatureRefused(told_of_time(ahead_seconds))
    parts = written.split(b" ", SIGNATURES_MAX)[:SIGNATURES_MAX] if len(written) <= HEADER_BYTES_MAX else []
    signatures = [found[1] for found in map(_is_signature, parts) if found]
    if not signatures:
        raise SignatureRefused("its header has no signature of the scheme v1")
    return Signed(message_id, timestamp, signatures)


def key_of(secret: str) -> bytes:
    """The key that a secret stands for. Raises ValueError for what is none, and for an empty one."""
    try:
        key = b64decode(secret.removeprefix(PREFIX), validate=True)
    except (NotBase64, ValueError):
        key = b""
    if not key:
        raise ValueError("a webhook secret is empty, or no Base64")
    return key


def sign(message_id: str, timestamp: int, body: bytes, secrets: Sequence[str]) -> str:
    """The header that would come with this body at this second; for tests and tools."""
    content = f"{message_id}.{timestamp}.".encode() + body
    digests = (hmac.digest(key_of(secret), content, sha256) for secret in secrets)
    return " ".join(f"v1,{b64encode(digest).decode()}" for digest in digests)


def _one(headers: Headers, wanted: bytes) -> bytes:
    """The one header of a name; two of them are nobody's."""
    found = [value for name, value in headers if name == wanted]
    return found[0] if len(found) == 1 else b""
