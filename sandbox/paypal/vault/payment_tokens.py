"""Payment tokens: each is a wallet that its owner allows to be charged
(https://developer.paypal.com/docs/api/payment-tokens/v3/).
"""

from sandbox.ids import new_code
from sandbox.json_types import JsonObject
from sandbox.paypal import buyers, events
from sandbox.paypal.api import errors, links
from sandbox.paypal.api.call import Call
from sandbox.paypal.orders import outcomes
from sandbox.world import World

KIND = "paypal.payment_token"
PATH = "/v3/vault/payment-tokens"
LENGTH = 8
# of one customer; PayPal pages from five on
LISTED_MAX = 50


def found(world: World, token_id: str) -> JsonObject | None:
    """The token, unless there never was one or it was taken away."""
    token = world.store.get(KIND, token_id)
    return None if token is None or token["deleted"] else token


def save(world: World, customer: str, buyer: JsonObject, terms: JsonObject) -> JsonObject:
    """The buyer's wallet for this customer: the one that there is, unless the terms permit several."""
    mine = [each for each in of_customer(world, customer) if each["buyer"] == buyer]
    if mine and not terms.get("permit_multiple_payment_tokens"):
        return mine[-1]
    token = {
        "id": new_code(LENGTH).lower(),
        "customer": customer,
        "buyer": buyer,
        "terms": terms,
        "outcome": outcomes.GOOD,
        "deleted": False,
        "created": world.clock.now(),
    }
    world.store.put(KIND, token)
    _tell(world, "CREATED", token)
    return token


def delete(world: World, token: JsonObject) -> JsonObject:
    """By the shop, or by the buyer in the settings of the wallet: it cannot be charged any more."""
    gone = world.store.put(KIND, {**token, "deleted": True})
    _tell(world, "DELETED", gone)
    return gone


def of_customer(world: World, customer: str) -> list[JsonObject]:
    """What is saved for a customer, oldest first."""
    return [token for token in world.store.find(KIND, "customer", customer) if not token["deleted"]]


def of_path(world: World, call: Call) -> JsonObject:
    """The one that the path names. Raises PayPalError when there is none, or none any more."""
    token = found(world, call.ids["id"])
    if token is None:
        raise errors.not_found(call.ids["id"])
    return token


def delete_of_path(world: World, call: Call) -> JsonObject:
    """DELETE /v3/vault/payment-tokens/{id}: also of one that is gone already, as PayPal has it."""
    token = found(world, call.ids["id"])
    return delete(world, token) if token else {}


def list_page(world: World, call: Call) -> JsonObject:
    """GET /v3/vault/payment-tokens?customer_id=..."""
    unknown = sorted(set(call.query) - {"customer_id"})
    if unknown or "customer_id" not in call.query:
        wrong = "This sandbox knows customer_id, which is required, and answers one page."
        raise errors.invalid("INVALID_PARAMETER_VALUE", (unknown or ["customer_id"])[0], wrong, location="query")
    customer = call.query["customer_id"]
    tokens = [shown(world, token) for token in of_customer(world, customer)[:LISTED_MAX]]
    own = links.link(world, f"{PATH}?customer_id={customer}", "self")
    return {"customer": {"id": customer}, "payment_tokens": tokens, "links": [own]}


def shown(world: World, token: JsonObject) -> JsonObject:
    """As the API answers it."""
    buyer = token["buyer"]
    wallet = {
        **{name: value for name, value in token["terms"].items() if name != "usage_pattern"},
        "email_address": buyer["email"],
        "payer_id": buyer["id"],
        "account_id": buyer["id"],
        "name": buyers.NAME,
    }
    return {
        "id": token["id"],
        "customer": {"id": token["customer"]},
        "payment_source": {"paypal": wallet},
        "links": own_links(world, token),
    }


def own_links(world: World, token: JsonObject) -> list[JsonObject]:
    """To itself, and to its end."""
    path = f"{PATH}/{token['id']}"
    return [links.link(world, path, "self"), links.link(world, path, "delete", "DELETE")]


def _tell(world: World, what: str, token: JsonObject) -> None:
    events.announce(world, f"VAULT.PAYMENT-TOKEN.{what}", "payment_token", shown(world, token))
