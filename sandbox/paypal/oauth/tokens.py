"""Access tokens: they expire by the sandbox's clock, and may be revoked before."""

from sandbox.ids import new_code
from sandbox.json_types import JsonObject
from sandbox.paypal.api.errors import PayPalError, Refusal, TokenError
from sandbox.world import World

KIND = "paypal.token"
LENGTH = 80
SCOPE = "https://uri.paypal.com/services/payments/payment https://uri.paypal.com/services/vault/payment-tokens/read"


def issue(world: World) -> JsonObject:
    """A new one."""
    now = world.clock.now()
    expires_at = now + world.options.paypal_token_seconds
    token = {"id": f"A21AA{new_code(LENGTH)}", "created": now, "expires_at": expires_at, "revoked": False}
    return world.store.put(KIND, token)


def check(world: World, authorization: str | None) -> None:
    """Raises Refusal unless the header bears a token that is good now."""
    if not authorization:
        raise PayPalError(401)
    scheme, _, value = authorization.partition(" ")
    token = world.store.get(KIND, value.strip()) if scheme.lower() == "bearer" else None
    if token is None:
        raise _invalid("The token passed in was not found in the system")
    if token["revoked"] or world.clock.now() >= token["expires_at"]:
        raise _invalid("Access Token not found in cache")


def revoke_all(world: World) -> int:
    """As when somebody resets the app's secret; how many there were."""
    good = [token for token in world.store.oldest_first(KIND) if not token["revoked"]]
    for token in good:
        world.store.put(KIND, {**token, "revoked": True})
    return len(good)


def _invalid(description: str) -> Refusal:
    return TokenError(401, "invalid_token", description)
