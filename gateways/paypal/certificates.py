"""The certificates that PayPal signs webhooks with: where they may lie, and which of them are believed.

Where one lies is said by the request itself, so what it says counts only if it is a place that we know by ourselves.
"""

import re
import ssl
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import (
    Certificate,
    DNSName,
    ExtensionNotFound,
    SubjectAlternativeName,
    load_pem_x509_certificate,
    load_pem_x509_certificates,
)
from cryptography.x509.verification import ExtensionPolicy, PolicyBuilder, Store, VerificationError

from gateways.paypal.addresses import API

# PayPal names the hosts with -m; certificates were seen on the others as well
BASES = {
    "live": ("https://api.paypal.com", API["live"]),
    "sandbox": ("https://api.sandbox.paypal.com", API["sandbox"]),
}
_is_path = re.compile(r"/v1/notifications/certs/CERT-[0-9a-f-]{1,64}").fullmatch
OWNER = ".paypal.com"
CHAIN_CERTIFICATES_MAX = 8  # one that signs, and two or three above it
BEGIN = b"-----BEGIN CERTIFICATE-----"


class CertificateRefused(ValueError):
    """What lies there is no certificate of PayPal's."""


class CertificateUntrusted(CertificateRefused):
    """It may be one, and nobody whom this machine trusts vouches for it at this instant."""


@dataclass(frozen=True, slots=True)
class SigningCertificate:
    """One that was believed, with the key that it certifies; in force in `[valid_from, valid_until]`."""

    key: RSAPublicKey
    valid_from: datetime
    valid_until: datetime

    def is_valid_at(self, now: float) -> bool:
        """`now` is seconds since the epoch."""
        return self.valid_from.timestamp() <= now <= self.valid_until.timestamp()


def bases_of(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Where certificates may lie: at the address that is called, which is ours or PayPal's for the environment."""
    own, set_here = BASES[values["environment"]], values["api_base"].rstrip("/")
    return own if not set_here or set_here in own else (set_here,)


def is_place_of_certificates(url: str, allowed_bases: Sequence[str]) -> bool:
    """Whether it is one of our addresses, letter by letter, and then the path of a certificate and nothing else.

    Nothing is parsed, so there is nothing to be misunderstood: no user, no port, no query and no look-alike fits.
    """
    return any(url.startswith(base) and _is_path(url[len(base) :]) is not None for base in allowed_bases)


def read_certificate(pem: bytes, anchors: Sequence[Certificate], now: datetime) -> SigningCertificate:
    """The first of the file, if a chain leads from it to one of the anchors at this instant (aware UTC).

    Raises CertificateUntrusted when there is no such chain, CertificateRefused as `read_untrusted` does.
    """
    read = read_untrusted(pem)
    leaf, *others = _loaded(pem)
    try:
        _verifier(anchors, now).verify(leaf, others)
    except (VerificationError, ValueError) as error:
        raise CertificateUntrusted("no chain leads from it to what is trusted here") from error
    return read


def read_untrusted(pem: bytes) -> SigningCertificate:
    """The first of the file, whoever vouches for it: to find out what it has not signed, and for nothing else.

    Raises CertificateRefused when it does not name a host of PayPal's, or when its key is none for RSA.
    """
    leaf, *_ = _loaded(pem)
    key = leaf.public_key()
    if not isinstance(key, RSAPublicKey) or not _is_of_owner(leaf):
        raise CertificateRefused("it is none of PayPal's")
    return SigningCertificate(key, leaf.not_valid_before_utc, leaf.not_valid_after_utc)


@lru_cache(maxsize=4)
def trust_anchors(bundle: Path | None) -> tuple[Certificate, ...]:
    """The certificates of a PEM file; without one, those that this machine trusts. Read once per process.

    One that this library cannot read is left out: it can vouch for nobody here. A machine that trusts nobody believes
    no certificate.
    """
    file = bundle or ssl.get_default_verify_paths().cafile
    parts = Path(file).read_bytes().split(BEGIN)[1:] if file else []
    with warnings.catch_warnings():  # old roots have odd serial numbers, which is no news to anybody here
        warnings.simplefilter("ignore")
        return tuple(anchor for part in parts for anchor in _readable(BEGIN + part))


def _readable(pem: bytes) -> list[Certificate]:
    try:
        return [load_pem_x509_certificate(pem)]
    except ValueError:
        return []


def _loaded(pem: bytes) -> list[Certificate]:
    try:
        found = load_pem_x509_certificates(pem)
    except ValueError as error:
        raise CertificateRefused("it is no certificate in PEM") from error
    if len(found) > CHAIN_CERTIFICATES_MAX:
        raise CertificateRefused("there are too many certificates in it")
    return found


def _verifier(anchors: Sequence[Certificate], now: datetime) -> Any:
    """Chain and dates as for any certificate of the web; what the last one is for, and whose it is, we look at."""
    policy = PolicyBuilder().store(Store(list(anchors))).time(now.astimezone(UTC))
    above, last = ExtensionPolicy.webpki_defaults_ca(), ExtensionPolicy.permit_all()
    return policy.extension_policies(ca_policy=above, ee_policy=last).build_client_verifier()


def _is_of_owner(leaf: Certificate) -> bool:
    try:
        names = leaf.extensions.get_extension_for_class(SubjectAlternativeName).value.get_values_for_type(DNSName)
    except (ExtensionNotFound, ValueError):
        return False
    return any(name.lower().endswith(OWNER) for name in names)
