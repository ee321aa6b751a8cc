"""POST /v1/notifications/verify-webhook-signature: whether this sandbox has signed an event.

The event must be in the request byte for byte as it was sent: written anew it has another CRC32, here as at PayPal.
"""

import json

from sandbox.json_types import JsonObject
from sandbox.paypal.api.call import Call
from sandbox.paypal.api.links import PREFIX
from sandbox.paypal.webhooks.sender import CERTIFICATES
from sandbox.world import World

# by their lengths at most
TEXTS = {
    "auth_algo": 100, "cert_url": 500, "transmission_id": 50, "transmission_sig": 500, "transmission_time": 100,
    "webhook_id": 50,
}  # fmt: skip
EVENT = "webhook_event"
PATH = "/v1/notifications/verify-webhook-signature"


def verify(world: World, call: Call) -> JsonObject:
    """Signed with one of our certificates, under the id of the webhook that is asked about."""
    call.fields.only(*TEXTS, EVENT)
    asked = {name: call.fields.required_text(name, length) for name, length in TEXTS.items()}
    call.fields.require(EVENT)
    is_ours = asked["auth_algo"] == "SHA256withRSA" and asked["webhook_id"] == world.options.paypal_webhook_id
    certificate = asked["cert_url"].removeprefix(f"{world.options.base_url}{PREFIX}{CERTIFICATES}")
    transmission = asked["transmission_id"], asked["transmission_time"], asked["webhook_id"]
    signed = is_ours and world.paypal_signer.has_signed(
        certificate, *transmission, _event(call.raw), asked["transmission_sig"]
    )
    return {"verification_status": "SUCCESS" if signed else "FAILURE"}


def _event(raw: bytes) -> bytes:
    """The event as it stands in the body: the fields before it are read, then it, and where it ends is known."""
    text = raw.decode()
    decoder = json.JSONDecoder()
    begin = text.index("{") + 1
    while True:
        name, begin = decoder.raw_decode(text, _next(text, begin, ","))
        begin = _next(text, begin, ":")
        _, end = decoder.raw_decode(text, begin)
        if name == EVENT:
            return text[begin:end].encode()
        begin = end


def _next(text: str, begin: int, sign: str) -> int:
    """Where the next value begins, behind this sign if it is there."""
    while text[begin] in f" \t\r\n{sign}":
        begin += 1
    return begin
