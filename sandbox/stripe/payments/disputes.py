"""Disputes: a customer has asked the bank for the money back (https://docs.stripe.com/api/disputes)."""

from sandbox import ledger
from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors
from sandbox.stripe.api.blanks import blank
from sandbox.stripe.api.call import Call, Cause
from sandbox.stripe.events import events
from sandbox.stripe.payments import balance, charges
from sandbox.world import World

KIND = "dispute"
REASONS = ("fraudulent", "product_not_received", "duplicate", "subscription_canceled", "general")
OPEN = "needs_response"


def begin(world: World, charge: JsonObject, amount: int, reason: str) -> JsonObject:
    """A customer disputes so much of a charge: the money, and a fee, leave at once."""
    dispute = blank(
        KIND,
        id=new_id("dp"),
        amount=amount,
        charge=charge["id"],
        created=world.time_of(charge["customer"]),
        currency=charge["currency"],
        payment_intent=charge["payment_intent"],
        reason=reason,
    )
    withdrawn = balance.add_withdrawal(world, dispute)
    dispute = _move(world, dispute, withdrawn)
    events.emit(world, "charge.dispute.created", dispute, Cause())
    events.emit(world, "charge.dispute.funds_withdrawn", dispute, Cause())
    after = world.store.put(charges.KIND, {**charge, "disputed": True})
    events.emit(world, "charge.updated", after, Cause(), {"disputed": False})
    return dispute


def end(world: World, dispute: JsonObject, *, is_won: bool) -> JsonObject:
    """The bank has decided. What is won comes back, but for the fee."""
    ended = world.store.put(KIND, {**dispute, "status": "won" if is_won else "lost"})
    if is_won:
        ended = _move(world, ended, balance.add_reinstatement(world, ended))
        events.emit(world, "charge.dispute.funds_reinstated", ended, Cause())
    events.emit(world, "charge.dispute.closed", ended, Cause(), {"status": dispute["status"]})
    return ended


def close(world: World, call: Call, dispute: JsonObject) -> JsonObject:
    """POST /v1/disputes/{dispute}/close: the seller gives in."""
    call.params.only()
    if dispute["status"] != OPEN:
        raise errors.invalid("This dispute is already closed.")
    return end(world, dispute, is_won=False)


def _move(world: World, dispute: JsonObject, entry: JsonObject) -> JsonObject:
    ledger.record_adjustment(world.store, entry, dispute)
    entries = [*dispute["balance_transactions"], entry]
    return world.store.put(KIND, {**dispute, "balance_transactions": entries})
