"""What subscribers have paid; and what is outstanding, captured when the shop asks for it."""

from sandbox.json_types import JsonObject
from sandbox.paypal import buyers
from sandbox.paypal.api import errors, links, moments, money, query
from sandbox.paypal.api.call import Call
from sandbox.paypal.api.money import Amount
from sandbox.paypal.captures import captures, fees
from sandbox.paypal.subscriptions import pay, subscriptions
from sandbox.world import World

NOTE_LENGTH_MAX = 128


def list_all(world: World, call: Call) -> JsonObject:
    """GET /v1/billing/subscriptions/{id}/transactions, between `start_time` and `end_time`."""
    subscription = subscriptions.of_path(world, call)
    query.only(call, "start_time", "end_time")
    start, end = query.moment(call, "start_time"), query.moment(call, "end_time")
    if start is None or end is None:
        missing = "A required field / parameter is missing."
        name = "end_time" if end is None else "start_time"
        raise errors.invalid("MISSING_REQUIRED_PARAMETER", name, missing, location="query")
    paid = world.store.find(captures.KIND, "subscription", subscription["id"])
    found = [shown(world, sale) for sale in paid if start <= sale["created"] <= end]
    own = links.link(world, f"{subscriptions.PATH}/{subscription['id']}/transactions", "self")
    return {"transactions": found, "links": [own]}


def capture(world: World, call: Call) -> JsonObject:
    """POST /v1/billing/subscriptions/{id}/capture: the sale. Raises PayPalError."""
    subscription = subscriptions.of_path(world, call)
    call.fields.only("note", "capture_type", "amount")
    call.fields.require("note", "capture_type", "amount")
    call.fields.text("note", NOTE_LENGTH_MAX)
    call.fields.choice("capture_type", ("OUTSTANDING_BALANCE",))
    amount = money.amount_of(call.fields.group("amount"))
    _must_be_outstanding(world, subscription, amount)
    if not pay.can_pay(subscription):
        raise errors.impossible("SUBSCRIBER_ACCOUNT_RESTRICTED", "The subscriber cannot pay.")
    left = subscription["outstanding_minor"] - amount.minor
    pay.pay(world, {**subscription, "outstanding_minor": left}, amount.minor, amount.currency)
    return world.store.find(captures.KIND, "subscription", subscription["id"])[-1]


def shown(world: World, sale: JsonObject) -> JsonObject:
    """As this API tells a payment."""
    gross = captures.amount(sale)
    fee = fees.of_payment(gross)
    amounts = {"gross": gross, "fee": fee, "net": Amount(gross.minor - fee.minor, gross.currency)}
    return {
        "id": sale["id"],
        "status": sale["status"],
        "amount_with_breakdown": {f"{name}_amount": money.shown(amount) for name, amount in amounts.items()},
        "payer_name": buyers.NAME,
        "payer_email": sale["buyer"]["email"],
        "time": moments.shown(sale["created"]),
    }


def _must_be_outstanding(world: World, subscription: JsonObject, amount: Amount) -> None:
    if subscription["status"] not in (subscriptions.ACTIVE, subscriptions.SUSPENDED):
        raise errors.impossible("SUBSCRIPTION_STATUS_INVALID", f"It is {subscription['status']}.")
    if subscription["outstanding_minor"] == 0:
        raise errors.impossible("ZERO_OUTSTANDING_BALANCE", "Current outstanding balance is zero.")
    if amount.currency != subscriptions.plan_of(world, subscription)["cycles"][-1]["currency"]:
        raise errors.impossible("CURRENCY_MISMATCH", "The currency is that of the plan.", "/amount/currency_code")
    money.must_be_positive(amount, "/amount/value")
    if amount.minor > subscription["outstanding_minor"]:
        wrong = "The capture amount can not be greater than the current outstanding balance."
        raise errors.impossible("AMOUNT_GREATER_THAN_OUTSTANDING_BALANCE", wrong, "/amount/value")
