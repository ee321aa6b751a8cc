"""Refunds (https://docs.stripe.com/api/refunds)."""

from sandbox import ledger
from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.api import amounts, errors
from sandbox.stripe.api.blanks import blank
from sandbox.stripe.api.call import Call, Cause
from sandbox.stripe.cards import issuer
from sandbox.stripe.events import events
from sandbox.stripe.payment_methods import payment_methods
from sandbox.stripe.payments import balance, charges, disputes, planned
from sandbox.world import World

KIND = "refund"
REASONS = ("duplicate", "fraudulent", "requested_by_customer")
ON_THE_WAY = ("pending", "succeeded")
LATE_ONES = ("refund_succeeds_late", "refund_fails_late")
BANK_DETAILS_SECONDS = 30 * 24 * 60 * 60


def create(world: World, call: Call) -> JsonObject:
    """POST /v1/refunds: full, or part of it, as often as something is left."""
    call.params.only("amount", "charge", "payment_intent", "reason", "metadata")
    charge = _charge(world, call)
    metadata, reason = call.params.metadata(), call.params.choice("reason", REASONS)
    amount, afterwards = _amount(world, call, charge), _afterwards(world, charge)
    is_pending = afterwards == "refund_succeeds_late"
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
        status="pending" if is_pending else "succeeded",
        **({"pending_reason": "processing"} if is_pending else {}),
    )
    refund["balance_transaction"] = balance.add_refund(world, refund)["id"]
    world.store.put(KIND, refund)
    ledger.record_refund(world.store, refund)
    _tell(world, call, charge, refund)
    if afterwards in LATE_ONES:
        planned.plan(world, afterwards, refund["id"])
    return refund


def succeed(world: World, refund: JsonObject) -> JsonObject:
    """A refund that was pending has arrived."""
    arrived = world.store.put(KIND, {**_settled(refund), "status": "succeeded"})
    for event_type in ("refund.updated", "charge.refund.updated"):
        events.emit(world, event_type, arrived, Cause(), {"status": refund["status"]})
    return arrived


def fail(world: World, refund: JsonObject) -> JsonObject:
    """The bank has sent it back (https://docs.stripe.com/refunds#failed-refunds); it counts as refunded no more."""
    entry = _come_back(world, refund)
    changes = {"status": "failed", "failure_reason": "unknown", "failure_balance_transaction": entry["id"]}
    failed = world.store.put(KIND, {**_settled(refund), **changes})
    for event_type in ("refund.updated", "refund.failed", "charge.refund.updated"):
        events.emit(world, event_type, failed, Cause(), {"status": refund["status"]})
    return failed


def ask_customer(world: World, refund: JsonObject) -> JsonObject:
    """The customer has to say by mail where the money should go; until then it is here (`requires_action`)."""
    entry, now = _come_back(world, refund), world.clock.now()
    sent = {"email_sent_at": now, "email_sent_to": "customer@example.com"}
    details = {"email_sent": sent, "expires_at": now + BANK_DETAILS_SECONDS}
    changes = {
        "status": "requires_action",
        "next_action": {"type": "display_details", "display_details": details},
        "failure_balance_transaction": entry["id"],
    }
    asked = world.store.put(KIND, {**_settled(refund), **changes})
    events.emit(world, "refund.updated", asked, Cause(), {"status": refund["status"]})
    return asked


def cancel(world: World, call: Call, refund: JsonObject) -> JsonObject:
    """POST /v1/refunds/{refund}/cancel: only one that waits for the customer; its money has not left."""
    call.params.only()
    if refund["status"] != "requires_action":
        raise errors.invalid("Only refunds with a status of requires_action can be canceled.")
    kept = {name: value for name, value in refund.items() if name != "next_action"}
    canceled = world.store.put(KIND, {**kept, "status": "canceled", "failure_reason": "merchant_request"})
    for event_type in ("refund.updated", "charge.refund.updated"):
        events.emit(world, event_type, canceled, call.cause, {"status": refund["status"]})
    return canceled


def _come_back(world: World, refund: JsonObject) -> JsonObject:
    """The money is in the balance again, and the charge can be refunded again; the balance transaction."""
    charge = world.store.get(charges.KIND, refund["charge"]) or {}
    entry = balance.add_refund_failure(world, refund, world.time_of(charge.get("customer")))
    ledger.record_adjustment(world.store, entry, refund)
    refunded = charge["amount_refunded"] - refund["amount"]
    world.store.put(charges.KIND, {**charge, "amount_refunded": refunded, "refunded": False})
    return entry


def _settled(refund: JsonObject) -> JsonObject:
    return {name: value for name, value in refund.items() if name != "pending_reason"}


def _afterwards(world: World, charge: JsonObject) -> str:
    method = world.store.get(payment_methods.KIND, charge["payment_method"])
    return issuer.card_of(world, method).afterwards if method else "nothing"


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


def _amount(world: World, call: Call, charge: JsonObject) -> int:
    left: int = charge["amount"] - charge["amount_refunded"]
    if not disputes.is_refundable(world, charge):
        raise errors.conflict(f"Charge {charge['id']} has been charged back; cannot issue a refund.", "charge_disputed")
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
