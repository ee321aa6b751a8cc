"""What stands on an invoice, line by line (https://docs.stripe.com/api/invoice-line-item)."""

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.api.blanks import blank
from sandbox.stripe.catalog import discounts
from sandbox.stripe.invoices.items import named, pricing
from sandbox.stripe.subscriptions.periods import Period
from sandbox.stripe.subscriptions.shape import amount_of
from sandbox.templating import money
from sandbox.world import World


def of_period(world: World, subscription: JsonObject, item: JsonObject, period: Period, amount: int) -> JsonObject:
    """One item for one period, `amount` in minor units before discounts."""
    price = item["price"]
    each = f"{money(price['unit_amount'], price['currency'])} / {_every(price['recurring'])}"
    details = {"invoice_item": None, "proration": False, "proration_details": {"credited_items": None}}
    return {
        **_of_amount(subscription, item, amount),
        "description": f"{named(world, item)} (at {each})",
        "discountable": True,
        "parent": _parent(subscription["id"], item["id"], details),
        "period": {"start": period.start, "end": period.end},
        "pricing": pricing(price),
    }


def in_full(world: World, subscription: JsonObject, items: list[JsonObject], period: Period) -> list[JsonObject]:
    """Each item for a whole period."""
    return [of_period(world, subscription, item, period, amount_of(item)) for item in items]


def of_proration(subscription: JsonObject, entry: JsonObject) -> JsonObject:
    """A pending invoice item as a line; discounts are in its amount already."""
    item_id = entry["parent"]["subscription_details"]["subscription_item"]
    details = {"invoice_item": entry["id"], "proration": True, "proration_details": {"credited_items": None}}
    return {
        **_of_amount(subscription, entry, entry["amount"]),
        "description": entry["description"],
        "discountable": False,
        "parent": _parent(subscription["id"], item_id, details),
        "period": entry["period"],
        "pricing": entry["pricing"],
    }


def discounted(world: World, lines: list[JsonObject], discount_ids: list[str]) -> list[JsonObject]:
    """The lines with what the discounts take off them."""
    amounts = [line["amount"] if line["discountable"] else 0 for line in lines]
    taken = discounts.taken_off(world, discount_ids, amounts)
    return [
        {**line, "discount_amounts": [{"amount": off, "discount": name} for name, off in parts if off]}
        for line, parts in zip(lines, taken, strict=True)
    ]


def total_discounts(lines: list[JsonObject]) -> list[JsonObject]:
    """What each discount takes off all lines together."""
    totals: dict[str, int] = {}
    for part in (part for line in lines for part in line["discount_amounts"]):
        totals[part["discount"]] = totals.get(part["discount"], 0) + part["amount"]
    return [{"amount": amount, "discount": name} for name, amount in totals.items()]


def _of_amount(subscription: JsonObject, counted: JsonObject, amount: int) -> JsonObject:
    return blank(
        "line_item",
        id=new_id("il"),
        amount=amount,
        currency=subscription["currency"],
        metadata=subscription["metadata"],
        quantity=counted["quantity"],
        quantity_decimal=str(counted["quantity"]),
        subtotal=amount,
    )


def _parent(subscription_id: str, item_id: str, details: JsonObject) -> JsonObject:
    return {
        "invoice_item_details": None,
        "subscription_item_details": {**details, "subscription": subscription_id, "subscription_item": item_id},
        "type": "subscription_item_details",
    }


def _every(recurring: JsonObject) -> str:
    count, interval = recurring["interval_count"], str(recurring["interval"])
    return interval if count == 1 else f"{count} {interval}s"
