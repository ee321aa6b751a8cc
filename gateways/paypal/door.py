"""PayPal's webhooks, as the registry opens them for the door. It asks nobody, and knows what workers have fetched."""

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from cryptography.x509 import Certificate

from gateways.envelope import Envelope, Headers, Unchecked, WebhookSignature
from gateways.event_bodies import BODY_BYTES_MAX
from gateways.paypal.certificates import (
    CertificateRefused,
    SigningCertificate,
    bases_of,
    read_certificate,
    trust_anchors,
)
from gateways.paypal.events import read_envelope
from gateways.paypal.signatures import Transmission, look_at, verify
from schemas.facts.signatures import UncheckedEvent

BY_PAYPAL = "by_paypal"


class PayPalSignature:
    """An RSA signature, under any of our webhooks' ids, by a certificate that a worker has fetched and believed.

    It is believed once more here, where its anchors are this process's own. `certificates` are PEM, by their addresses.
    """

    body_bytes_max = BODY_BYTES_MAX

    def __init__(
        self,
        webhook_ids: Sequence[str],
        certificates: Mapping[str, str],
        allowed_bases: Sequence[str],
        anchors: Sequence[Certificate],
        *,
        is_asked: bool,
    ) -> None:
        self.is_set = bool(webhook_ids)
        self._webhook_ids = tuple(webhook_ids)
        # whoever is asked about each event needs no certificate
        self._certificates = {} if is_asked else certificates
        self._allowed_bases = allowed_bases
        self._anchors = anchors
        self._is_asked = is_asked
        self._believed: dict[str, SigningCertificate | None] = {}

    def look_at(self, headers: Headers, now: float) -> None:
        """See WebhookSignature."""
        look_at(headers, self._allowed_bases, now)

    def read(self, body: bytes, headers: Headers, now: float) -> Envelope | Unchecked:
        """See WebhookSignature."""
        transmission, is_genuine = verify(
            body, headers, self._webhook_ids, lambda url: self._certificate(url, now), self._allowed_bases, now
        )
        envelope = read_envelope(body)._replace(transmission_id=transmission.id)
        return envelope if is_genuine else self._unchecked(envelope, transmission)

    def _certificate(self, url: str, now: float) -> SigningCertificate | None:
        if url in self._certificates and url not in self._believed:
            self._believed[url] = self._read(self._certificates[url], now)
        return self._believed.get(url)

    def _read(self, pem: str, now: float) -> SigningCertificate | None:
        """None, as if it were not there, when this process trusts another one than the worker that fetched it."""
        try:
            return read_certificate(pem.encode(), self._anchors, datetime.fromtimestamp(now, UTC))
        except CertificateRefused:
            return None

    def _unchecked(self, envelope: Envelope, transmission: Transmission) -> Unchecked:
        evidence = {
            "sent_at": transmission.sent_at,
            "signature": base64.b64encode(transmission.signature).decode(),
            "certificate_url": transmission.certificate_url,
            "webhook_ids": list(self._webhook_ids),
        }
        return Unchecked(envelope, "" if self._is_asked else transmission.certificate_url, evidence)


def transmission_of(event: UncheckedEvent) -> Transmission:
    """What the headers said, from what was noted of them."""
    evidence = event.evidence
    return Transmission(
        event.transmission_id,
        evidence["sent_at"],
        evidence["certificate_url"],
        base64.b64decode(evidence["signature"]),
    )


def open_door(values: Mapping[str, Any]) -> WebhookSignature:
    """`webhook_secrets`: the ids of all active webhooks, each a SecretStr; `certificates`: those that were fetched."""
    return PayPalSignature(
        [webhook_id.get_secret_value() for webhook_id in values["webhook_secrets"]],
        values["certificates"],
        bases_of(values),
        trust_anchors(values["trust_file"]) if values["webhook_secrets"] else (),
        is_asked=values["webhook_verification"] == BY_PAYPAL,
    )
