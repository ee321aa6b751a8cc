"""Invoice items: prorations that wait for the next invoice (https://docs.stripe.com/api/invoiceitems)."""

from datetime import UTC, datetime

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.api.blanks import blank
from sandbox.stripe.api.call import Cause
from sandbox.stripe.api.lists import Test
from sandbox.stripe.api.params import Params
from sandbox.stripe.catalog import discounts, products
from sandbox.stripe.events import events
from sandbox.stripe.subscriptions.periods import Period, period_around
from sandbox.stripe.subscriptions.shape import amount_of
from sandbox.world import World

KIND = "invoiceitem"


def whenever(params: Params) -> Test:
    """The `created` filter of the list: it is taken and leaves nothing out, since these have a `date` instead."""
    return lambda _: True


def is_pending(entry: JsonObject) -> bool:
    """Whether it is on no invoice yet."""
    return entry["invoice"] is None


def pending(world: World, subscription: JsonObject) -> list[JsonObject]:
    """The prorations of a subscription that are on no invoice yet, oldest first."""
    return [
        entry
        for entry in world.store.find(KIND, "customer", subscription["customer"])
        if is_pending(entry) and _subscription_of(entry) == subscription["id"]
    ]


def add_all(world: World, entries: list[JsonObject], cause: Cause) -> None:
    """Store them, each with its event."""
    for entry in entries:
        world.store.put(KIND, entry)
        events.emit(world, "invoiceitem.created", entry, cause)


def put_on(world: World, entries: list[JsonObject], invoice_id: str | None) -> None:
    """They are on this invoice now."""
    for entry in entries:
        world.store.put(KIND, {**entry, "invoice": invoice_id})


def drop_pending(world: World, subscription: JsonObject, cause: Cause) -> None:
    """A subscription that ended has no next invoice: its pending prorations are deleted, as Stripe does."""
    for entry in pending(world, subscription):
        world.store.put(KIND, {**entry, "invoice": ""})
        events.emit(world, "invoiceitem.deleted", entry, cause)


def unused_time(world: World, subscription: JsonObject, item: JsonObject, now: int) -> JsonObject:
    """The credit for the rest of the period that is not wanted any more, net of discounts."""
    return _proration(world, subscription, item, now, "Unused time on", -1)


def remaining_time(world: World, subscription: JsonObject, item: JsonObject, now: int) -> JsonObject:
    """The charge for the rest of the period on new terms, net of discounts."""
    return _proration(world, subscription, item, now, "Remaining time on", 1)


def _proration(world: World, subscription: JsonObject, item: JsonObject, now: int, words: str, sign: int) -> JsonObject:
    """Part of a period, to the second (https://docs.stripe.com/billing/subscriptions/prorations)."""
    # the whole period, of which a subscription that began in the middle has a part only
    period = period_around(subscription["billing_cycle_anchor"], item["price"]["recurring"], now)
    net = discounts.net_of(world, discounts.running(world, subscription["discounts"], now), amount_of(item))
    text = f"{words} {named(world, item)} after {datetime.fromtimestamp(now, UTC):%d %b %Y}"
    return _waiting(subscription, item, Period(now, period.end), sign * period.left_of(net, now), text)


def named(world: World, item: JsonObject) -> str:
    """For people: `Pro`, or `3 × Pro`."""
    product = world.store.get(products.KIND, item["price"]["product"]) or {}
    name = str(product.get("name") or "Subscription")
    return name if item["quantity"] == 1 else f"{item['quantity']} × {name}"


def _waiting(subscription: JsonObject, item: JsonObject, period: Period, amount: int, text: str) -> JsonObject:
    details = {"subscription": subscription["id"], "subscription_item": item["id"]}
    return blank(
        KIND,
        id=new_id("ii"),
        amount=amount,
        date=period.start,
        description=text,
        net_amount=amount,
        parent={"subscription_details": details, "type": "subscription_details"},
        period={"start": period.start, "end": period.end},
        pricing=pricing(item["price"]),
        quantity=item["quantity"],
        quantity_decimal=str(item["quantity"]),
        **{name: subscription[name] for name in ("currency", "customer", "metadata", "test_clock")},
    )


def pricing(price: JsonObject) -> JsonObject:
    """Which price an amount comes from."""
    return {
        "price_details": {"price": price["id"], "product": price["product"]},
        "type": "price_details",
        "unit_amount_decimal": price["unit_amount_decimal"],
    }


def _subscription_of(entry: JsonObject) -> str:
    return str(entry["parent"]["subscription_details"]["subscription"])
