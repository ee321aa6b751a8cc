"""3D Secure: where the buyer is sent when the issuer wants to be sure (https://docs.stripe.com/payments/3d-secure)."""

from sandbox.json_types import JsonObject
from sandbox.stripe.cards.declines import DOCUMENTATION
from sandbox.world import World

FAILED_CODES = {
    "payment_intent": "payment_intent_authentication_failure",
    "setup_intent": "setup_intent_authentication_failure",
}
FAILED_MESSAGE = (
    "We are unable to authenticate your payment method. Please choose a different payment method and try again."
)


def next_action(world: World, intent_id: str, return_url: str | None) -> JsonObject:
    """What the intent tells the shop to do: lead the buyer to the sandbox's own page for it."""
    url = f"{world.options.base_url}/authenticate/{intent_id}"
    if return_url:
        return {"type": "redirect_to_url", "redirect_to_url": {"url": url, "return_url": return_url}}
    return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": url}}


def failure(kind: str, method: JsonObject) -> JsonObject:
    """The error of an intent whose buyer did not pass."""
    code = FAILED_CODES[kind]
    return {
        "code": code,
        "doc_url": DOCUMENTATION + code.replace("_", "-"),
        "message": FAILED_MESSAGE,
        "payment_method": method,
        "type": "invalid_request_error" if kind == "setup_intent" else "card_error",
    }
