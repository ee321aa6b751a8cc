"""Payouts: what the seller's bank gets of the balance (https://docs.stripe.com/api/payouts)."""

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.api import amounts, errors
from sandbox.stripe.api.call import Call, Cause
from sandbox.stripe.events import events
from sandbox.stripe.payments import balance, planned
from sandbox.world import World

KIND = "payout"
ARRIVES = "payout_arrives"
STATUSES = ("pending", "in_transit", "paid", "failed", "canceled")


def create(world: World, call: Call) -> JsonObject:
    """POST /v1/payouts: at most what is in the balance, whether Stripe would call it available yet or not."""
    call.params.only("amount", "currency", "description", "metadata", "statement_descriptor")
    amount, currency = call.params.required_integer("amount", least=1), call.params.required_text("currency").lower()
    amounts.must_be_whole(amount, currency, "amount")
    if amount > balance.total(world, currency):
        raise errors.conflict("You have insufficient funds in your account for this transfer.", "balance_insufficient")
    payout = _payout(call, amount, currency, world.clock.now())
    payout = world.store.put(KIND, {**payout, "balance_transaction": balance.add_payout(world, payout)["id"]})
    events.emit(world, "payout.created", payout, call.cause)
    planned.plan(world, ARRIVES, payout["id"])
    return payout


def arrive(world: World, payout: JsonObject) -> JsonObject:
    """The bank has it."""
    paid = world.store.put(KIND, {**payout, "status": "paid"})
    events.emit(world, "payout.paid", paid, Cause(), {"status": payout["status"]})
    return paid


def fail(world: World, payout: JsonObject) -> JsonObject:
    """The bank sends it back, also days after it was paid: the money is in the balance again."""
    entry = balance.add_payout_failure(world, payout)
    failure = {
        "status": "failed",
        "failure_code": "account_closed",
        "failure_message": "The bank account has been closed.",
        "failure_balance_transaction": entry["id"],
    }
    failed = world.store.put(KIND, {**payout, **failure})
    events.emit(world, "payout.failed", failed, Cause(), {name: payout[name] for name in failure})
    return failed


def _payout(call: Call, amount: int, currency: str, now: int) -> JsonObject:
    none = ("application_fee", "application_fee_amount", "destination", "failure_balance_transaction", "failure_code",
            "failure_message", "original_payout", "payout_method", "reversed_by", "trace_id")  # fmt: skip
    return {
        "id": new_id("po"),
        "object": KIND,
        "amount": amount,
        "arrival_date": now + balance.PAYOUT_DELAY_SECONDS,
        "automatic": False,
        "balance_transaction": None,
        "created": now,
        "currency": currency,
        "description": call.params.text("description"),
        "livemode": False,
        "metadata": call.params.metadata(),
        "method": "standard",
        "reconciliation_status": "not_applicable",
        "source_type": "card",
        "statement_descriptor": call.params.text("statement_descriptor"),
        "status": "pending",
        "type": "bank_account",
        **dict.fromkeys(none),
    }
