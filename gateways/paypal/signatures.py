"""PayPal's webhook signatures: RSA over `transmission id|time|webhook id|CRC32 of the body`.

https://developer.paypal.com/api/rest/webhooks/rest/#link-selfverificationmethod. Of the body only the CRC32 is signed,
and whoever has seen one genuine transmission can give any body that CRC32: a signature tells that PayPal rang, and not
what it said. Hence each event is a doorbell, and its object is fetched.

Nothing here asks anybody: certificates, webhook ids and the time are given.
"""

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple
from zlib import crc32

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from gateways.envelope import Headers, SignatureRefused
from gateways.paypal.certificates import SigningCertificate, is_place_of_certificates
from gateways.paypal.events import read_time
from gateways.reasons import masked_secret, told_of_time

# PayPal's own limits, see `verify_webhook_signature` in its description of the API
HEADERS_BYTES_MAX = {
    b"paypal-transmission-id": 50,
    b"paypal-transmission-time": 100,
    b"paypal-transmission-sig": 500,
    b"paypal-cert-url": 500,
    b"paypal-auth-algo": 100,
}
# the others that it has had are not asked for: SHA1 is broken
ALGORITHM = "SHA256withRSA"
# PayPal tries for three days. Whether a later try bears the time of the first one is written nowhere, so the window
# holds all of them, and one more day for a queue of PayPal's own. What is repeated within it is known by its ids.
AGE_SECONDS_MAX = 4 * 24 * 60 * 60
AHEAD_SECONDS_MAX = 300  # clocks differ by less
HOST_LENGTH_MAX = 100  # of one that is none of ours; names of hosts have 253 at most

# without the bar that parts what is signed: two transmissions never sign alike
_is_transmission_id = re.compile(r"[A-Za-z0-9-]{1,50}").fullmatch

CertificateSource = Callable[[str], SigningCertificate | None]


class Transmission(NamedTuple):
    """What the headers say of one delivery, as it was sent but for the signature, which is decoded."""

    id: str
    sent_at: str
    certificate_url: str
    signature: bytes


def look_at(headers: Headers, allowed_bases: Sequence[str], now: float) -> Transmission:
    """What the headers say; needs no body. `now` is seconds since the epoch, `allowed_bases` where certificates lie.

    Raises SignatureRefused unless each is there once and within PayPal's limits, the time is now or within the last
    four days, and the certificate is in a place of ours.
    """
    transmission_id, sent_at, signature, url, algorithm = (_only(headers, name) for name in HEADERS_BYTES_MAX)
    if algorithm != ALGORITHM:
        raise SignatureRefused(f"its algorithm is {algorithm!r}, not {ALGORITHM}")
    if not _is_transmission_id(transmission_id):
        raise SignatureRefused("its transmission has no usable id")
    _require_recent(sent_at, now)
    if not is_place_of_certificates(url, allowed_bases):
        raise SignatureRefused(f"its certificate lies at {_host_of(url)!r}, and not at {' or '.join(allowed_bases)}")
    return Transmission(transmission_id, sent_at, url, _decoded(signature))


def verify(
    body: bytes,
    headers: Headers,
    webhook_ids: Sequence[str],
    certificate_at: CertificateSource,
    allowed_bases: Sequence[str],
    now: float,
) -> tuple[Transmission, bool]:
    """What the headers say, and true when that is genuine; false when the certificate is not known here.

    There are several webhook ids while one webhook takes the place of another. Raises SignatureRefused.
    """
    transmission = look_at(headers, allowed_bases, now)
    certificate = certificate_at(transmission.certificate_url)
    if certificate is None:
        return transmission, False
    check(body, transmission, webhook_ids, certificate, now)
    return transmission, True


def check(
    body: bytes, transmission: Transmission, webhook_ids: Sequence[str], certificate: SigningCertificate, now: float
) -> None:
    """Return if the certificate is valid now and its key has signed this; raise SignatureRefused otherwise."""
    if not certificate.is_valid_at(now):
        raise SignatureRefused("its certificate is not in force")
    if any(
        _is_signed(signed_text(transmission, webhook_id, body), transmission.signature, certificate)
        for webhook_id in webhook_ids
    ):
        return
    shown = ", ".join(map(masked_secret, webhook_ids))
    raise SignatureRefused(f"it is not signed for a webhook of ours ({shown}), or its body is another")


def signed_text(transmission: Transmission, webhook_id: str, body: bytes) -> bytes:
    """What PayPal signs."""
    return f"{transmission.id}|{transmission.sent_at}|{webhook_id}|{crc32(body)}".encode()


def _is_signed(text: bytes, signature: bytes, certificate: SigningCertificate) -> bool:
    try:
        certificate.key.verify(signature, text, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _only(headers: Headers, name: bytes) -> str:
    """A header that is there once; two of them are nobody's."""
    found = [value for key, value in headers if key == name]
    if len(found) != 1 or not 0 < len(found[0]) <= HEADERS_BYTES_MAX[name] or not found[0].isascii():
        raise SignatureRefused(f"the header {name.decode()} is not there once, or is beyond its limits")
    return found[0].decode("ascii")


def _require_recent(sent_at: str, now: float) -> None:
    instant = read_time(sent_at)
    if instant is None:
        raise SignatureRefused("its time is none")
    if not -AHEAD_SECONDS_MAX <= now - instant.timestamp() <= AGE_SECONDS_MAX:
        raise SignatureRefused(told_of_time(instant.timestamp() - now))


def _host_of(url: str) -> str:
    """For the log, as it was written: whoever made it up may have meant another to be read."""
    return url.partition("://")[2].partition("/")[0][:HOST_LENGTH_MAX]


def _decoded(signature: str) -> bytes:
    try:
        return base64.b64decode(signature, validate=True)
    except binascii.Error:
        raise SignatureRefused("its signature is not in base64") from None
