"""Orders v2: the record of one, and how it is answered (https://developer.paypal.com/docs/api/orders/v2/).

PayPal forgets an order that nobody approves in time, and one that nobody captures in time after that.
"""

from sandbox.json_types import JsonObject
from sandbox.paypal import events
from sandbox.paypal.api import errors, links, moments
from sandbox.paypal.api.call import Call
from sandbox.paypal.buyers import wallet
from sandbox.paypal.captures import captures
from sandbox.paypal.refunds import refunds
from sandbox.paypal.vault import payment_tokens
from sandbox.world import World

KIND = "paypal.order"
PATH = "/v2/checkout/orders"
CREATED, PAYER_ACTION_REQUIRED, APPROVED, COMPLETED = "CREATED", "PAYER_ACTION_REQUIRED", "APPROVED", "COMPLETED"


def found(world: World, order_id: str) -> JsonObject | None:
    """The order, unless there never was one or PayPal has forgotten it."""
    order = world.store.get(KIND, order_id)
    if order is None or order.get("is_forgotten"):
        return None
    return order if order["status"] == COMPLETED or world.clock.now() < order["expires_at"] else None


def of_path(world: World, call: Call) -> JsonObject:
    """The one that the path names. Raises PayPalError when there is none, or none any more."""
    order = found(world, call.ids["id"])
    if order is None:
        raise errors.not_found(call.ids["id"])
    return order


def retrieve(world: World, call: Call) -> JsonObject:
    """GET /v2/checkout/orders/{id}"""
    return of_path(world, call)


def change(world: World, order: JsonObject, **changes: object) -> JsonObject:
    """Another state of an order."""
    return world.store.put(KIND, {**order, **changes, "updated": world.clock.now()})


def tell(world: World, event_type: str, order: JsonObject) -> None:
    """Announce what became of an order."""
    events.announce(world, event_type, "checkout-order", shown(world, order))


def page_link(world: World, order: JsonObject, rel: str) -> JsonObject:
    """To the page where the buyer approves it."""
    return links.link(world, f"/checkoutnow?token={order['id']}", rel)


def shown(world: World, order: JsonObject) -> JsonObject:
    """As the API answers it."""
    answer = {
        "id": order["id"],
        "intent": order["intent"],
        "status": order["status"],
        "purchase_units": [_unit_shown(world, order)],
        "create_time": moments.shown(order["created"]),
        "update_time": moments.shown(order["updated"]),
        "links": _links(world, order),
    }
    if order["payment_source"] or order["buyer"]:
        answer["payment_source"] = {"paypal": _wallet(world, order)}
    if order["buyer"]:
        answer["payer"] = {"email_address": order["buyer"]["email"], "payer_id": order["buyer"]["id"]}
    return answer


def _wallet(world: World, order: JsonObject) -> JsonObject:
    known: JsonObject = wallet(order["buyer"]) if order["buyer"] else {}
    token = world.store.get(payment_tokens.KIND, order["saved"]) if order["saved"] and order["saving"] else None
    if token is None:
        return known
    up = links.link(world, f"{PATH}/{order['id']}", "up")
    vault = {"id": token["id"], "status": "VAULTED", "customer": {"id": token["customer"]}}
    told = {**vault, "links": [*payment_tokens.own_links(world, token), up]}
    return {**known, "attributes": {"vault": told}}


def _unit_shown(world: World, order: JsonObject) -> JsonObject:
    taken = world.store.find(captures.KIND, "order", order["id"])
    given_back = world.store.find(refunds.KIND, "order", order["id"])
    payments = {
        "captures": [captures.shown_in_order(world, capture) for capture in taken],
        "refunds": [refunds.shown(world, refund) for refund in given_back],
    }
    kept = {name: rows for name, rows in payments.items() if rows}
    return {**order["unit"], **({"payments": kept} if kept else {})}


def _links(world: World, order: JsonObject) -> list[JsonObject]:
    path = f"{PATH}/{order['id']}"
    of_status = {
        CREATED: (
            page_link(world, order, "approve"),
            links.link(world, path, "update", "PATCH"),
            links.link(world, f"{path}/capture", "capture", "POST"),
        ),
        PAYER_ACTION_REQUIRED: (page_link(world, order, "payer-action"),),
        APPROVED: (
            links.link(world, path, "update", "PATCH"),
            links.link(world, f"{path}/capture", "capture", "POST"),
        ),
        COMPLETED: (),
    }
    return [links.link(world, path, "self"), *of_status[order["status"]]]
