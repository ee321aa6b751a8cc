"""The subscription object and its items (https://docs.stripe.com/api/subscriptions)."""

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.api.blanks import blank
from sandbox.stripe.subscriptions.periods import Period

KIND = "subscription"
ITEM_ID_LENGTH = 14
# no more happens to these
ENDED = ("canceled", "incomplete_expired")


def bare(customer: JsonObject, currency: str, now: int) -> JsonObject:
    """A subscription that nobody asked anything of."""
    return blank(
        KIND,
        id=new_id("sub"),
        billing_cycle_anchor=now,
        created=now,
        currency=currency,
        customer=customer["id"],
        start_date=now,
        test_clock=customer["test_clock"],
    )


def item(subscription_id: str, price: JsonObject, quantity: int, metadata: JsonObject, now: int) -> JsonObject:
    """One price that is paid for; its period is set with `in_period`."""
    return {
        "id": new_id("si", ITEM_ID_LENGTH),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": now,
        "current_period_end": now,
        "current_period_start": now,
        "discounts": [],
        "metadata": metadata,
        "price": price,
        "quantity": quantity,
        "subscription": subscription_id,
        "tax_rates": [],
    }


def items_list(subscription_id: str, items: list[JsonObject]) -> JsonObject:
    """The list inside of a subscription."""
    url = f"/v1/subscription_items?subscription={subscription_id}"
    return {"object": "list", "data": items, "has_more": False, "url": url}


def items_of(subscription: JsonObject) -> list[JsonObject]:
    """Its items, in order; there is at least one."""
    return list(subscription["items"]["data"])


def in_period(items: list[JsonObject], period: Period) -> list[JsonObject]:
    """The items, all of them in this period."""
    return [{**each, "current_period_start": period.start, "current_period_end": period.end} for each in items]


def period_of(subscription: JsonObject) -> Period:
    """The period that runs; all items share it."""
    first = items_of(subscription)[0]
    return Period(first["current_period_start"], first["current_period_end"])


def recurring_of(subscription: JsonObject) -> JsonObject:
    """How often it is billed; all items share it."""
    recurring: JsonObject = items_of(subscription)[0]["price"]["recurring"]
    return recurring


def amount_of(each: JsonObject) -> int:
    """What one item costs per period, in minor units, before discounts."""
    return int(each["price"]["unit_amount"]) * int(each["quantity"])
