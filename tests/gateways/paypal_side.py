"""PayPal's side of a webhook: an authority, certificates, events, and the headers that they are sent with."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from gateways.paypal.certificates import BASES, SigningCertificate, read_certificate, trust_anchors
from gateways.paypal.signatures import Transmission, signed_text
from sandbox.paypal.signing.authority import SIGNER_NAME, Authority

BASE = BASES["sandbox"][0]
WEBHOOK_ID = "8PT597110X687430LKGECATA"
YEAR = timedelta(days=365)
Headers = list[tuple[bytes, bytes]]


class PayPalSide:
    """Signs with one certificate, which lies at `url`."""

    def __init__(self, home: Path, name: str = SIGNER_NAME, base: str = BASE) -> None:
        self.authority = Authority(home)
        self.now = datetime.now(UTC)
        self.url = f"{base}/v1/notifications/certs/CERT-{uuid4().hex}"
        self.key, self.pem = self.authority.issue(self.now - YEAR, self.now + YEAR, name)

    @property
    def certificate(self) -> SigningCertificate:
        """As one believes it who trusts the authority."""
        return read_certificate(self.pem, trust_anchors(self.authority.trust_file), self.now)

    def headers(self, body: bytes, webhook_id: str = WEBHOOK_ID, age_seconds: float = 0, **others: str) -> Headers:
        """Those of a genuine delivery; `others` are put in their places, by the last word of their names."""
        sent_at = f"{self.now - timedelta(seconds=age_seconds):%Y-%m-%dT%H:%M:%SZ}"
        said = {"transmission_id": str(uuid4()), "transmission_time": sent_at, "cert_url": self.url, **others}
        named = Transmission(said["transmission_id"], said["transmission_time"], said["cert_url"], b"")
        signature = self.key.sign(signed_text(named, webhook_id, body), PKCS1v15(), SHA256())
        signed = {
            "transmission_sig": base64.b64encode(signature).decode(),
            "auth_algo": "SHA256withRSA",
            "auth_version": "v2",
        }
        every = signed | said
        return [(f"paypal-{name.replace('_', '-')}".encode(), value.encode()) for name, value in every.items()]


def event(event_id: str = "WH-9UG43882HX7271132-6E0871324L7949614", **fields: Any) -> bytes:
    """An event as PayPal prints it."""
    content = {
        "id": event_id,
        "event_version": "1.0",
        "create_time": "2026-11-30T02:00:45Z",
        "resource_type": "capture",
        "resource_version": "2.0",
        "event_type": "PAYMENT.CAPTURE.COMPLETED",
        "summary": "Payment completed for $ 21.0 USD",
        "resource": {"id": "80F85758S3080410K", "status": "COMPLETED", "custom_id": "naïve"},
        **fields,
    }
    return json.dumps(content, ensure_ascii=False).encode()


def replaced(headers: Headers, name: str, value: bytes) -> Headers:
    """The same headers, one of them with another value."""
    return [(key, value if key == name.encode() else old) for key, old in headers]


def without(headers: Headers, name: str) -> Headers:
    """The same headers but one."""
    return [(key, value) for key, value in headers if key != name.encode()]
