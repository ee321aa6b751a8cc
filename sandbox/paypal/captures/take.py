"""Money is taken: at once, later, or not at all."""

from sandbox.ids import new_code
from sandbox.json_types import JsonObject
from sandbox.paypal import ledger
from sandbox.paypal.api.money import Amount
from sandbox.paypal.captures import captures
from sandbox.world import World

STATUSES = {"COMPLETE": captures.COMPLETED, "PENDING": captures.PENDING, "DECLINED": captures.DECLINED}
EVENTS = {
    captures.COMPLETED: "PAYMENT.CAPTURE.COMPLETED",
    captures.PENDING: "PAYMENT.CAPTURE.PENDING",
    captures.DECLINED: "PAYMENT.CAPTURE.DENIED",
}


def take(world: World, order_id: str, unit: JsonObject, amount: Amount, outcome: JsonObject) -> JsonObject:
    """The capture of an order, as its outcome makes it end."""
    now = world.clock.now()
    wait = outcome.get("after_seconds")
    capture = {
        "id": new_code(),
        "order": order_id,
        "status": STATUSES[outcome["name"]],
        "reason": outcome.get("reason"),
        "minor": amount.minor,
        "currency": amount.currency,
        "refunded_minor": 0,
        "payee": unit["payee"],
        "invoice_id": unit.get("invoice_id"),
        "custom_id": unit.get("custom_id"),
        "then": outcome.get("then"),
        "due_at": None if wait is None else now + wait,
        "refunds_end": "complete",
        "created": now,
        "updated": now,
    }
    world.store.put(captures.KIND, capture)
    if capture["status"] == captures.COMPLETED:
        ledger.record_capture(world, capture)
    return capture
