"""Money is taken: at once, later, or not at all."""

from sandbox.ids import new_code
from sandbox.json_types import JsonObject
from sandbox.paypal import ledger
from sandbox.paypal.api.money import Amount
from sandbox.paypal.captures import captures
from sandbox.world import World

SOURCE = ("order", "subscription", "code", "invoice_id", "custom_id", "buyer")
STATUSES = {"COMPLETE": captures.COMPLETED, "PENDING": captures.PENDING, "DECLINED": captures.DECLINED}
EVENTS = {
    captures.COMPLETED: "PAYMENT.CAPTURE.COMPLETED",
    captures.PENDING: "PAYMENT.CAPTURE.PENDING",
    captures.DECLINED: "PAYMENT.CAPTURE.DENIED",
}


def take(world: World, source: JsonObject, amount: Amount, outcome: JsonObject) -> JsonObject:
    """The capture of what is asked for, as its outcome makes it end.

    `source` has the `order`, the `subscription`, or both None; the `code` of such a payment, and the marks of the shop.
    """
    now = world.clock.now()
    wait = outcome.get("after_seconds")
    capture = {
        "id": new_code(),
        **{name: source.get(name) for name in SOURCE},
        "payee": {"merchant_id": world.options.paypal_merchant_id},
        "status": STATUSES[outcome["name"]],
        "reason": outcome.get("reason"),
        "minor": amount.minor,
        "currency": amount.currency,
        "refunded_minor": 0,
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
