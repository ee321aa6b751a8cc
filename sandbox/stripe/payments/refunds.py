"""Refunds (https://docs.stripe.com/api/refunds)."""

from sandbox import ledger
from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.api import amounts, errors
from sandbox.stripe.api.blanks import blank
from sandbox.stripe.api.call import Call, Cause
from sandbox.stripe.events import events
from sandbox.stripe.payments import balance, charges
from sandbox.world import World

KIND = "refund"
REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def create(world: World, call: Call) -> JsonObject:
    """POST /v1/refunds: full, or part of it, as often as something is left."""
    call.params.only("amount", "charge", "payment_intent", "reason", "metadata")
    charge = _charge(world, call)
    metadata, reason = call.params.metadata(), call.params.choice("reason", REASONS)
    amount = _amount(call, charge)
    refund = blank(
        KIND,
        id=new_id("re"),
        amount=amount,
        charge=charge["id"],
        created=world.time_of(charge["customer"]),
        currency=charge["currency"],
        metadata=metadata,
        payment_intent=charge["payment_intent"],
        reason=reason,
    )
    refund["balance_transaction"] = balance.add_refund(world, refund)["id"]
    world.store.put(KIND, refund)
    ledger.record_refund(world.store, refund)
    _tell(world, call, charge, refund)
    return refund


def fail(world: World, refund: JsonObject) -> JsonObject:
    """The bank has sent it back (https://docs.stripe.com/refunds#failed-refunds); it counts as refunded no more."""
    charge = world.store.get(charges.KIND, refund["charge"]) or {}
    entry = balance.add_refund_failure(world, refund, world.time_of(charge.get("customer")))
    ledger.record_adjustment(world.store, entry, refund)
    changes = {"status": "failed", "failure_reason": "unknown", "failure_balance_transaction": entry["id"]}
    failed = world.store.put(KIND, {**refund, **changes})
    refunded = charge["amount_refunded"] - refund["amount"]
    world.store.put(charges.KIND, {**charge, "amount_refunded": refunded, "refunded": False})
    for event_type in ("refund.updated", "refund.failed", "charge.refund.updated"):
        events.emit(world, event_type, failed, Cause(), {"status": refund["status"]})
    return failed


def _charge(world: World, call: Call) -> JsonObject:
    charge_id, intent_id = call.params.text("charge"), call.params.text("payment_intent")
    if (charge_id is None) == (intent_id is None):
        raise errors.invalid("One of the following params should be provided: payment_intent or charge.")
    if charge_id is not None:
        charge = world.store.get(charges.KIND, charge_id)
        if charge is None:
            raise errors.no_such("charge", charge_id, "charge")
        return _paid([charge])
    if world.store.get("payment_intent", intent_id or "") is None:
        raise errors.no_such("payment_intent", intent_id or "", "payment_intent")
    return _paid(world.store.find(charges.KIND, "payment_intent", intent_id or ""))


def _paid(candidates: list[JsonObject]) -> JsonObject:
    for charge in candidates:
        if charge["paid"]:
            return charge
    raise errors.conflict("This payment has no successful charge to refund.", "charge_not_refundable")


def _amount(call: Call, charge: JsonObject) -> int:
    left: int = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise errors.conflict(message, "charge_already_refunded")
    amount = call.params.integer("amount", left, least=1) or left
    if amount > left:
        message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        raise errors.conflict(message, "amount_too_large", param="amount")
    amounts.must_be_whole(amount, charge["currency"], "amount")
    return amount


def _tell(world: World, call: Call, charge: JsonObject, refund: JsonObject) -> None:
    refunded = charge["amount_refunded"] + refund["amount"]
    changes = {"amount_refunded": refunded, "refunded": refunded == charge["amount"]}
    after = world.store.put(charges.KIND, {**charge, **changes})
    events.emit(world, "charge.refunded", after, call.cause, {name: charge[name] for name in changes})
    events.emit(world, "refund.created", refund, call.cause)
