"""Webhooks that look as if PayPal had sent them: by another authority, from elsewhere, too old, of another time."""

import base64
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from gateways.paypal.signatures import Transmission, signed_text
from settings import SANDBOX_PAYPAL_WEBHOOK_ID
from tests.gateways.paypal_side import PayPalSide
from tests.gauntlet.forgers import OUT_OF_TOLERANCE_SECONDS, REFUSED, Delivery

# one whose certificate the door does not know yet is kept for a worker, who finds out
STATUSES = (REFUSED, 200, 202)
OUT_OF_WINDOW_SECONDS = 10 * 24 * 60 * 60 + OUT_OF_TOLERANCE_SECONDS
CERTIFICATES = "/v1/notifications/certs/"


class Forgery(NamedTuple):
    """What it says of itself."""

    certificate_url: str
    sent_at: float


class PayPalForger:
    """Has an authority and a key of its own, and sees which certificate PayPal signs with."""

    def __init__(self, home: Path, base: str, current: Callable[[], str]) -> None:
        self._key = PayPalSide(home).key
        self._base, self._current = base, current

    def forge(self, dice: Random, number: int) -> Delivery:
        """One forgery."""
        body = json.dumps(
            {
                "id": f"WH-FORGED{number}",
                "event_version": "1.0",
                "resource_type": "capture",
                "event_type": "PAYMENT.CAPTURE.COMPLETED",
                "resource": {"id": "FORGED", "status": "COMPLETED"},
            }
        ).encode()
        now, genuine = time.time(), f"{self._base}{CERTIFICATES}{self._current()}"
        elsewhere = self._base.replace("://", "://paypal.example@", 1)
        forgery = dice.choice(
            [
                Forgery(genuine, now),
                Forgery(f"{self._base}{CERTIFICATES}CERT-{dice.getrandbits(64):x}", now),
                Forgery(f"https://api.paypal.com.example{CERTIFICATES}CERT-1", now),
                Forgery(f"{elsewhere}{CERTIFICATES}CERT-1", now),
                Forgery(genuine, now - OUT_OF_WINDOW_SECONDS),
                Forgery(genuine, now + OUT_OF_WINDOW_SECONDS),
            ]
        )
        return body, self._headers(body, forgery, str(UUID(int=dice.getrandbits(128), version=4)))

    def _headers(self, body: bytes, forgery: Forgery, transmission_id: str) -> dict[str, str]:
        sent_at = f"{datetime.fromtimestamp(forgery.sent_at, UTC):%Y-%m-%dT%H:%M:%SZ}"
        said = Transmission(transmission_id, sent_at, forgery.certificate_url, b"")
        signature = self._key.sign(signed_text(said, SANDBOX_PAYPAL_WEBHOOK_ID, body), PKCS1v15(), SHA256())
        return {
            "Content-Type": "application/json",
            "PAYPAL-AUTH-ALGO": "SHA256withRSA",
            "PAYPAL-CERT-URL": forgery.certificate_url,
            "PAYPAL-TRANSMISSION-ID": transmission_id,
            "PAYPAL-TRANSMISSION-TIME": sent_at,
            "PAYPAL-TRANSMISSION-SIG": base64.b64encode(signature).decode(),
        }
