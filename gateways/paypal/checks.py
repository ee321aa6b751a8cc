"""Which events are genuine that the door could not tell: by a certificate that is fetched, or by PayPal's own word."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from billing.errors import Rejected, Unavailable
from gateways.envelope import SignatureRefused
from gateways.paypal.certificates import (
    CertificateRefused,
    CertificateUntrusted,
    bases_of,
    is_place_of_certificates,
    read_certificate,
    read_untrusted,
    trust_anchors,
)
from gateways.paypal.door import BY_PAYPAL, transmission_of
from gateways.paypal.fetching import fetch
from gateways.paypal.signatures import ALGORITHM, check
from schemas.facts.signatures import CertificateFact, UncheckedEvent

VERIFY_PATH = "/v1/notifications/verify-webhook-signature"
GENUINE = "SUCCESS"

# sends these bytes as they are, with the client's token, and returns the answer's JSON
Post = Callable[[str, bytes], Mapping[str, Any]]


class PayPalChecks:
    """See SignatureChecks. `values` are PayPal's settings, without their prefix."""

    def __init__(self, values: Mapping[str, Any], post: Post, fetch_at: Callable[[str], bytes] = fetch) -> None:
        self._bases = bases_of(values)
        self._bundle = values["trust_file"]
        self._is_asked = values["webhook_verification"] == BY_PAYPAL
        self._post = post
        self._fetch_at = fetch_at

    def fetch_certificate(self, url: str, now: datetime) -> CertificateFact:
        """See SignatureChecks. The door lets no other place in: where it is none of ours, its settings are others."""
        if not is_place_of_certificates(url, self._bases):
            raise Unavailable(f"{url} is not where the PayPal of this process has certificates: the door has another")
        pem = self._fetch_at(url)
        try:
            until = read_certificate(pem, trust_anchors(self._bundle), now).valid_until
        except CertificateUntrusted:
            until = None
        except CertificateRefused as error:
            raise Rejected("certificate_refused", f"{error}.") from error
        return CertificateFact(pem.decode("ascii", "ignore"), until)

    def count_authorities(self) -> int | None:
        """See SignatureChecks."""
        return None if self._is_asked else len(trust_anchors(self._bundle))

    def check(self, event: UncheckedEvent, pem: str, now: datetime) -> None:
        """See SignatureChecks."""
        if event.certificate_url:
            self._check_offline(event, pem, now)
        elif not any(self._says_paypal(event, webhook_id) for webhook_id in event.evidence["webhook_ids"]):
            raise Rejected("signature_refused", "PayPal says that it has not signed this.")

    def _check_offline(self, event: UncheckedEvent, pem: str, now: datetime) -> None:
        """Signature before trust: what the key that lies at PayPal's has not signed may go, whoever trusts that key."""
        try:
            certificate = read_untrusted(pem.encode())
            check(event.body, transmission_of(event), event.evidence["webhook_ids"], certificate, now.timestamp())
            read_certificate(pem.encode(), trust_anchors(self._bundle), now)
        except CertificateUntrusted as error:
            raise Unavailable(f"the certificate at {event.certificate_url} is not trusted: {error}") from error
        except (CertificateRefused, SignatureRefused) as error:
            raise Rejected("signature_refused", f"{error}.") from error

    def _says_paypal(self, event: UncheckedEvent, webhook_id: str) -> bool:
        return self._post(VERIFY_PATH, _question(event, webhook_id)).get("verification_status") == GENUINE


def _question(event: UncheckedEvent, webhook_id: str) -> bytes:
    """JSON around the body, which stays byte for byte what it was: written anew it would have another CRC32."""
    evidence = event.evidence
    asked = {
        "transmission_id": event.transmission_id,
        "transmission_time": evidence["sent_at"],
        "transmission_sig": evidence["signature"],
        "cert_url": evidence["certificate_url"],
        "auth_algo": ALGORITHM,
        "webhook_id": webhook_id,
    }
    return json.dumps(asked).encode()[:-1] + b', "webhook_event": ' + event.body + b"}"
