"""Captured payments: the record of one, and how it is answered (https://developer.paypal.com/docs/api/payments/v2/)."""

from sandbox.json_types import JsonObject
from sandbox.paypal import events
from sandbox.paypal.api import errors, links, moments, money
from sandbox.paypal.api.call import Call
from sandbox.paypal.api.money import Amount
from sandbox.paypal.captures import fees
from sandbox.paypal.sales import sales
from sandbox.world import World

KIND = "paypal.capture"
PATH = "/v2/payments/captures"
COMPLETED, PENDING, DECLINED = "COMPLETED", "PENDING", "DECLINED"
REFUNDED, PARTIALLY_REFUNDED = "REFUNDED", "PARTIALLY_REFUNDED"
ARRIVED = (COMPLETED, REFUNDED, PARTIALLY_REFUNDED)


def of_path(world: World, call: Call) -> JsonObject:
    """The one that the path names. Raises PayPalError."""
    capture = world.store.get(KIND, call.ids["capture_id"])
    if capture is None:
        raise errors.not_found(call.ids["capture_id"], "capture_id")
    return capture


def retrieve(world: World, call: Call) -> JsonObject:
    """GET /v2/payments/captures/{capture_id}"""
    return of_path(world, call)


def of_invoice(world: World, invoice_id: str) -> list[JsonObject]:
    """The payments under an invoice number, but those that came to nothing."""
    return [each for each in world.store.find(KIND, "invoice_id", invoice_id) if each["status"] != DECLINED]


def change(world: World, capture: JsonObject, **changes: object) -> JsonObject:
    """Another state of a capture."""
    return world.store.put(KIND, {**capture, **changes, "updated": world.clock.now()})


def amount(capture: JsonObject) -> Amount:
    """What was captured."""
    return Amount(capture["minor"], capture["currency"])


def tell(world: World, event_type: str, capture: JsonObject) -> None:
    """Announce what became of a capture."""
    if capture["subscription"]:
        events.announce(world, event_type.replace("CAPTURE", "SALE"), "sale", sales.shown(world, capture))
    else:
        events.announce(world, event_type, "capture", shown(world, capture))


def shown(world: World, capture: JsonObject) -> JsonObject:
    """As the API answers it."""
    related = {"supplementary_data": {"related_ids": {"order_id": capture["order"]}}} if capture["order"] else {}
    return {**shown_in_order(world, capture), "payee": capture["payee"], **related}


def shown_in_order(world: World, capture: JsonObject) -> JsonObject:
    """As it is told inside of its order."""
    return {
        "id": capture["id"],
        "status": capture["status"],
        **({"status_details": {"reason": capture["reason"]}} if capture["reason"] else {}),
        "amount": money.shown(amount(capture)),
        "final_capture": True,
        "disbursement_mode": "INSTANT",
        "seller_protection": {"status": "NOT_ELIGIBLE"},
        **({"seller_receivable_breakdown": _breakdown(capture)} if capture["status"] in ARRIVED else {}),
        **{name: capture[name] for name in ("invoice_id", "custom_id") if capture[name]},
        "links": _links(world, capture),
        "create_time": moments.shown(capture["created"]),
        "update_time": moments.shown(capture["updated"]),
    }


def _breakdown(capture: JsonObject) -> JsonObject:
    gross = amount(capture)
    fee = fees.of_payment(gross)
    net = Amount(gross.minor - fee.minor, gross.currency)
    return {"gross_amount": money.shown(gross), "paypal_fee": money.shown(fee), "net_amount": money.shown(net)}


def _links(world: World, capture: JsonObject) -> list[JsonObject]:
    path = f"{PATH}/{capture['id']}"
    own = [links.link(world, path, "self"), links.link(world, f"{path}/refund", "refund", "POST")]
    up = f"/v2/checkout/orders/{capture['order']}"
    return [*own, links.link(world, up, "up")] if capture["order"] else own
