"""Balance transactions: what reaches the seller's balance (https://docs.stripe.com/api/balance_transactions)."""

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.world import World

KIND = "balance_transaction"
# 2.9 % and 30 minor units: a usual price for cards, so that net and gross differ as they do in life
FEE_PER_MILLE = 29
FEE_FIXED_MINOR = 30
# what Stripe takes for a dispute, in minor units of whatever currency; it keeps that also of one that was won
DISPUTE_FEE_MINOR = 1_500
PAYOUT_DELAY_SECONDS = 2 * 24 * 60 * 60


def add_charge(world: World, charge: JsonObject) -> JsonObject:
    """The entry of a succeeded charge, less the fee (rounded half up)."""
    fee = (charge["amount"] * FEE_PER_MILLE + 500) // 1000 + FEE_FIXED_MINOR
    return _add(world, charge, charge["amount"], fee)


def add_refund(world: World, refund: JsonObject) -> JsonObject:
    """The entry of a refund. Stripe keeps the fee of the charge."""
    return _add(world, refund, -refund["amount"], 0)


def add_refund_failure(world: World, refund: JsonObject, now: int) -> JsonObject:
    """The entry of a refund that did not reach its card: the money is back."""
    return _add(world, {**refund, "created": now}, refund["amount"], 0, "refund_failure")


def add_withdrawal(world: World, dispute: JsonObject) -> JsonObject:
    """The entry of a dispute that was begun, with its fee."""
    return _add(world, dispute, -dispute["amount"], DISPUTE_FEE_MINOR, "adjustment")


def add_reinstatement(world: World, dispute: JsonObject) -> JsonObject:
    """The entry of a dispute that was won."""
    return _add(world, dispute, dispute["amount"], 0, "adjustment")


def add_payout(world: World, payout: JsonObject) -> JsonObject:
    """The entry of money that goes to the seller's bank."""
    return _add(world, payout, -payout["amount"], 0)


def add_payout_failure(world: World, payout: JsonObject) -> JsonObject:
    """The entry of a payout that its bank sent back."""
    return _add(world, {**payout, "created": world.clock.now()}, payout["amount"], 0, "payout_failure")


def total(world: World, currency: str) -> int:
    """What is in the balance, after fees, in minor units."""
    entries = world.store.oldest_first(KIND)
    return sum(entry["net"] for entry in entries if entry["currency"] == currency)


def _add(world: World, source: JsonObject, amount: int, fee: int, entry_type: str = "") -> JsonObject:
    """Of the type that the source itself is, unless told otherwise."""
    now = source["created"]
    parts = {"amount": fee, "application": None, "currency": source["currency"], "type": "stripe_fee"}
    entry = {
        "id": new_id("txn"),
        "object": KIND,
        "amount": amount,
        "available_on": now + PAYOUT_DELAY_SECONDS,
        "balance_type": "payments",
        "created": now,
        "currency": source["currency"],
        "description": None,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [{**parts, "description": "Stripe processing fees"}] if fee else [],
        "net": amount - fee,
        "reporting_category": source["object"] if entry_type in ("", "adjustment") else entry_type,
        "source": source["id"],
        "status": "pending",
        "type": entry_type or source["object"],
    }
    return world.store.put(KIND, entry)
