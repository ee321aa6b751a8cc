"""An order that is paid as it is made, by a wallet that was saved, without its owner."""

from sandbox.json_types import JsonObject
from sandbox.paypal.api import errors
from sandbox.paypal.orders import capture, orders, outcomes
from sandbox.paypal.vault import payment_tokens
from sandbox.world import World


def charge(world: World, order: JsonObject, token_id: str) -> JsonObject:
    """The order afterwards; one that is refused was never made. Raises PayPalError."""
    token = payment_tokens.found(world, token_id)
    if token is None:
        wrong = "Specified token was not found. Verify the token and try the request again."
        raise errors.impossible("TOKEN_ID_NOT_FOUND", wrong, "/payment_source/paypal/vault_id")
    charged = {**order, "buyer": token["buyer"], "saved": token["id"], "outcome": token["outcome"]}
    if order["intent"] != "CAPTURE":
        raise errors.impossible("UNSUPPORTED_INTENT", "This sandbox captures only.", "/intent")
    if token["outcome"]["name"] == orders.PAYER_ACTION_REQUIRED:
        return world.store.put(orders.KIND, {**charged, "outcome": outcomes.GOOD})
    capture.must_be_possible(world, charged)
    return capture.complete(world, charged)
