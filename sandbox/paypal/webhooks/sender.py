"""How PayPal sends its events (https://developer.paypal.com/api/rest/webhooks/rest/)."""

from collections.abc import Sequence
from datetime import UTC, datetime

import orjson

from sandbox.ids import new_uuid
from sandbox.json_types import JsonObject
from sandbox.options import Options
from sandbox.paypal.api.links import PREFIX
from sandbox.paypal.signing.signer import Signer

KIND = "paypal.event"
CERTIFICATES = "/v1/notifications/certs/"


class PayPalSender:
    """To one webhook, with five headers. See `sandbox.courier.Sender`."""

    event_kind = KIND

    def __init__(self, options: Options, signer: Signer) -> None:
        self._options = options
        self._signer = signer

    def address(self) -> str:
        """See Sender."""
        return self._options.paypal_webhook_url

    def event_type(self, event: JsonObject) -> str:
        """See Sender."""
        return str(event["event_type"])

    def enabled_events(self) -> Sequence[str]:
        """See Sender."""
        return self._options.paypal_enabled_events

    def stamp(self) -> JsonObject:
        """A transmission keeps its id and the time of its first try: PayPal does not say, and this is the harder."""
        sent_at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        return {"transmission_id": new_uuid(), "transmission_time": sent_at}

    def sealed(self, event: JsonObject, delivery: JsonObject) -> tuple[dict[str, str], bytes]:
        """See Sender."""
        body = orjson.dumps(event)
        transmission = delivery["transmission_id"], delivery["transmission_time"]
        certificate = f"{self._options.base_url}{PREFIX}{CERTIFICATES}{self._signer.current}"
        return {
            "Content-Type": "application/json",
            "User-Agent": "PayPal/AUHD-1.0-1",
            "PAYPAL-AUTH-ALGO": "SHA256withRSA",
            "PAYPAL-AUTH-VERSION": "v2",
            "PAYPAL-CERT-URL": certificate,
            "PAYPAL-TRANSMISSION-ID": transmission[0],
            "PAYPAL-TRANSMISSION-TIME": transmission[1],
            "PAYPAL-TRANSMISSION-SIG": self._signer.sign(*transmission, self._options.paypal_webhook_id, body),
        }, body
