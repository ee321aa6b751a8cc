"""A subscriber pays, or cannot."""

from sandbox.json_types import JsonObject
from sandbox.paypal.api.money import Amount
from sandbox.paypal.captures import captures, take
from sandbox.paypal.orders import outcomes
from sandbox.paypal.reporting import codes
from sandbox.paypal.subscriptions import subscriptions
from sandbox.world import World

# https://developer.paypal.com/docs/api/subscriptions/v1/, failed_payment_details
REASONS = ("PAYER_ACCOUNT_RESTRICTED", "PAYER_CANNOT_PAY", "TRANSACTION_RECEIVING_LIMIT_EXCEEDED")
REASON_DEFAULT = "PAYMENT_DENIED"


def can_pay(subscription: JsonObject) -> bool:
    """Whether payments arrive, as things are."""
    return bool(subscription["outcome"] == outcomes.GOOD)


def reason(subscription: JsonObject) -> str:
    """Why they do not."""
    name = str(subscription["outcome"]["name"])
    return name if name in REASONS else REASON_DEFAULT


def pay(world: World, subscription: JsonObject, minor: int, currency: str) -> JsonObject:
    """The subscription afterwards; the sale is announced, and in the ledger."""
    source = {
        "subscription": subscription["id"],
        "code": codes.SUBSCRIPTION,
        "custom_id": subscription["custom_id"],
        "buyer": subscription["buyer"],
    }
    sale = take.take(world, source, Amount(minor, currency), outcomes.GOOD)
    paid = {"minor": minor, "at": world.clock.now()}
    after = subscriptions.change(world, subscription, last_payment=paid)
    captures.tell(world, take.EVENTS[sale["status"]], sale)
    return after
