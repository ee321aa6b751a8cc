"""Refunds of captures: the record of one, and how it is answered
(https://developer.paypal.com/docs/api/payments/v2/#refunds).
"""

from sandbox.json_types import JsonObject
from sandbox.paypal import events
from sandbox.paypal.api import errors, links, moments, money
from sandbox.paypal.api.call import Call
from sandbox.paypal.api.money import Amount
from sandbox.paypal.sales import sales
from sandbox.world import World

KIND = "paypal.refund"
PATH = "/v2/payments/refunds"
COMPLETED, PENDING, FAILED = "COMPLETED", "PENDING", "FAILED"


def retrieve(world: World, call: Call) -> JsonObject:
    """GET /v2/payments/refunds/{refund_id}"""
    refund = world.store.get(KIND, call.ids["refund_id"])
    if refund is None:
        raise errors.not_found(call.ids["refund_id"], "refund_id")
    return refund


def change(world: World, refund: JsonObject, **changes: object) -> JsonObject:
    """Another state of a refund."""
    return world.store.put(KIND, {**refund, **changes, "updated": world.clock.now()})


def tell(world: World, event_type: str, refund: JsonObject) -> None:
    """Announce what became of a refund."""
    if refund["subscription"]:
        events.announce(world, event_type.replace("CAPTURE", "SALE"), "refund", sales.refund_shown(world, refund))
    else:
        events.announce(world, event_type, "refund", shown(world, refund))


def shown(world: World, refund: JsonObject) -> JsonObject:
    """As the API answers it."""
    texts = {name: refund[name] for name in ("invoice_id", "custom_id", "note_to_payer") if refund[name]}
    return {
        "id": refund["id"],
        "status": refund["status"],
        **({"status_details": {"reason": "ECHECK"}} if refund["status"] == PENDING else {}),
        "amount": _money(refund, refund["minor"]),
        **texts,
        "seller_payable_breakdown": {
            "gross_amount": _money(refund, refund["minor"]),
            "paypal_fee": _money(refund, 0),
            "net_amount": _money(refund, refund["minor"]),
            "total_refunded_amount": _money(refund, refund["total_minor"]),
        },
        "links": [
            links.link(world, f"{PATH}/{refund['id']}", "self"),
            links.link(world, f"/v2/payments/captures/{refund['capture']}", "up"),
        ],
        "create_time": moments.shown(refund["created"]),
        "update_time": moments.shown(refund["updated"]),
    }


def _money(refund: JsonObject, minor: int) -> JsonObject:
    return money.shown(Amount(minor, refund["currency"]))
