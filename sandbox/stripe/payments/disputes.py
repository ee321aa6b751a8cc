"""Disputes: a customer has asked the bank for the money back (https://docs.stripe.com/api/disputes)."""

from sandbox import ledger
from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors
from sandbox.stripe.api.blanks import blank
from sandbox.stripe.api.call import Call, Cause
from sandbox.stripe.api.params import merged_metadata
from sandbox.stripe.events import events
from sandbox.stripe.payments import balance, charges, evidence
from sandbox.world import World

KIND = "dispute"
REASONS = ("fraudulent", "product_not_received", "duplicate", "subscription_canceled", "general")
# an inquiry comes before a dispute, or instead of one: nothing has moved (https://docs.stripe.com/disputes/how-disputes-work)
INQUIRY, INQUIRY_ANSWERED, INQUIRY_CLOSED = "warning_needs_response", "warning_under_review", "warning_closed"
INQUIRIES = (INQUIRY, INQUIRY_ANSWERED)
WAITING = ("needs_response", INQUIRY)
OPEN = ("needs_response", "under_review", *INQUIRIES)
# banks give one to three weeks
RESPONSE_SECONDS = 7 * 24 * 60 * 60


def begin(world: World, charge: JsonObject, amount: int, reason: str, *, is_inquiry: bool = False) -> JsonObject:
    """A customer disputes so much of a charge: the money, and a fee, leave at once. An inquiry takes nothing yet."""
    now = world.time_of(charge["customer"])
    dispute = blank(
        KIND,
        id=new_id("dp"),
        amount=amount,
        charge=charge["id"],
        created=now,
        currency=charge["currency"],
        payment_intent=charge["payment_intent"],
        reason=reason,
        is_charge_refundable=is_inquiry,
        status=INQUIRY if is_inquiry else "needs_response",
    )
    dispute["evidence_details"] = {**dispute["evidence_details"], "due_by": now + RESPONSE_SECONDS}
    dispute = world.store.put(KIND, dispute) if is_inquiry else _withdraw(world, dispute)
    events.emit(world, "charge.dispute.created", dispute, Cause())
    if not is_inquiry:
        events.emit(world, "charge.dispute.funds_withdrawn", dispute, Cause())
    after = world.store.put(charges.KIND, {**charge, "disputed": True})
    events.emit(world, "charge.updated", after, Cause(), {"disputed": False})
    return dispute


def can_escalate(world: World, dispute: JsonObject) -> bool:
    """Of what was refunded in full nothing more is withdrawn (https://docs.stripe.com/api/disputes/object)."""
    charge = world.store.get(charges.KIND, dispute["charge"]) or {}
    return dispute["status"] in INQUIRIES and not charge["refunded"]


def escalate(world: World, dispute: JsonObject) -> JsonObject:
    """The bank makes a dispute of an inquiry: now the money leaves."""
    details = {**dispute["evidence_details"], "due_by": world.clock.now() + RESPONSE_SECONDS}
    changes = {"status": "needs_response", "is_charge_refundable": False, "evidence_details": details}
    escalated = _withdraw(world, {**dispute, **changes})
    events.emit(world, "charge.dispute.updated", escalated, Cause(), {"status": dispute["status"]})
    events.emit(world, "charge.dispute.funds_withdrawn", escalated, Cause())
    return escalated


def end(world: World, dispute: JsonObject, *, is_won: bool) -> JsonObject:
    """The bank has decided. What is won comes back, but for the fee; of an inquiry nothing had left."""
    if dispute["status"] in INQUIRIES:
        return _closed(world, dispute, world.store.put(KIND, {**dispute, "status": INQUIRY_CLOSED}))
    decided = {"status": "won" if is_won else "lost", "is_charge_refundable": is_won}
    ended = world.store.put(KIND, {**dispute, **decided})
    if is_won:
        ended = _move(world, ended, balance.add_reinstatement(world, ended))
        events.emit(world, "charge.dispute.funds_reinstated", ended, Cause())
    return _closed(world, dispute, ended)


def is_refundable(world: World, charge: JsonObject) -> bool:
    """Whether each dispute of a charge says so, also of the part that one leaves: only while it has taken nothing."""
    of_charge = world.store.find(KIND, "charge", charge["id"])
    return all(dispute["is_charge_refundable"] for dispute in of_charge)


def update(world: World, call: Call, dispute: JsonObject) -> JsonObject:
    """POST /v1/disputes/{dispute}: evidence is kept, and submitted unless told otherwise; some of it decides.

    https://docs.stripe.com/testing#evidence has the words with which a test dispute is won, lost or escalated.
    """
    call.params.only("evidence", "metadata", "submit")
    if dispute["status"] not in WAITING and call.params.given("evidence"):
        raise errors.invalid("This dispute is already submitted, or closed.")
    changes = evidence.changes(call.params, dispute) | {"metadata": merged_metadata(dispute["metadata"], call.params)}
    is_submitted = call.params.given("evidence") and call.params.flag("submit", default=True)
    if is_submitted:
        changes["status"] = INQUIRY_ANSWERED if dispute["status"] == INQUIRY else "under_review"
    after = world.store.put(KIND, {**dispute, **changes})
    old = {name: dispute[name] for name in changes if dispute[name] != after[name]}
    events.emit(world, "charge.dispute.updated", after, call.cause, old)
    return _decide(world, after) if is_submitted else after


def close(world: World, call: Call, dispute: JsonObject) -> JsonObject:
    """POST /v1/disputes/{dispute}/close: the seller gives in."""
    call.params.only()
    if dispute["status"] not in WAITING:
        raise errors.invalid("This dispute is already closed.")
    return end(world, dispute, is_won=False)


def _decide(world: World, dispute: JsonObject) -> JsonObject:
    said = dispute["evidence"].get("uncategorized_text")
    if said == evidence.ESCALATES and can_escalate(world, dispute):
        return escalate(world, dispute)
    if said in (evidence.WINS, evidence.LOSES):
        return end(world, dispute, is_won=said == evidence.WINS)
    return dispute


def _closed(world: World, before: JsonObject, ended: JsonObject) -> JsonObject:
    events.emit(world, "charge.dispute.closed", ended, Cause(), {"status": before["status"]})
    return ended


def _withdraw(world: World, dispute: JsonObject) -> JsonObject:
    return _move(world, dispute, balance.add_withdrawal(world, dispute))


def _move(world: World, dispute: JsonObject, entry: JsonObject) -> JsonObject:
    ledger.record_adjustment(world.store, entry, dispute)
    entries = [*dispute["balance_transactions"], entry]
    return world.store.put(KIND, {**dispute, "balance_transactions": entries})
