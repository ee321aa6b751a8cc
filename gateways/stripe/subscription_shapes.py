"""Turns fetched subscriptions into our words. Pure; reads the shapes of the pinned API version only.

https://docs.stripe.com/api/subscriptions/object
"""

from gateways.stripe.answers import reader
from gateways.stripe.shapes import PRICE_MARK, SUBSCRIPTION_MARK, Json, inside, instant, mark, moment, reference
from gateways.stripe.tax_shapes import tax_rates_of
from gateways.stripe.translate import GATEWAY
from schemas.facts.customers import ClockFact
from schemas.facts.subscriptions import ItemFact, PendingChangeFact, SubscriptionFact

# the others are called the same here as there
STATUSES = {"incomplete_expired": "expired"}


@reader
def subscription_of(subscription: Json) -> SubscriptionFact:
    """A subscription. All its items have one interval, so the period of the first is the period of all.

    `card_ref` is its own card; empty when it is charged to its customer's default card.
    """
    items, status = subscription["items"]["data"], str(subscription["status"])
    period_end = items[0]["current_period_end"]
    return SubscriptionFact(
        gateway=GATEWAY,
        subscription_ref=subscription["id"],
        subscription_id=mark(subscription, SUBSCRIPTION_MARK),
        customer_ref=reference(subscription["customer"]),
        status=STATUSES.get(status, status),
        items=tuple(_item(item) for item in items),
        currency=subscription["currency"].upper(),
        anchor=instant(subscription["billing_cycle_anchor"]),
        period_start=instant(items[0]["current_period_start"]),
        period_end=instant(period_end),
        trial_end=moment(subscription.get("trial_end")),
        cancel_at_period_end=_ends_with_its_period(subscription, period_end),
        canceled_at=moment(subscription.get("canceled_at")),
        ended_at=moment(subscription.get("ended_at")),
        card_ref=reference(subscription.get("default_payment_method")),
        is_collection_paused=subscription.get("pause_collection") is not None,
        latest_invoice_ref=reference(subscription.get("latest_invoice")),
        pending=_pending(subscription.get("pending_update")),
        taxes=tax_rates_of(subscription.get("default_tax_rates") or ()),
        is_taxed_by_gateway=bool(inside(subscription, "automatic_tax").get("enabled")),
    )


@reader
def clock_of(clock: Json) -> ClockFact:
    """A test clock."""
    return ClockFact(
        clock_ref=clock["id"], frozen_at=instant(clock["frozen_time"]), is_ready=clock["status"] == "ready"
    )


def _ends_with_its_period(subscription: Json, period_end: int) -> bool:
    """Whether it is canceled by then.

    Of a subscription in flexible billing mode the customer portal sets `cancel_at` alone.
    https://docs.stripe.com/billing/subscriptions/billing-mode/compare
    """
    cancel_at = subscription.get("cancel_at")
    return bool(subscription["cancel_at_period_end"]) or (cancel_at is not None and cancel_at <= period_end)


def _pending(update: Json | None) -> PendingChangeFact | None:
    """A pending update that changes prices: the first of them, as of a subscription's items.

    https://docs.stripe.com/billing/subscriptions/pending-updates
    """
    items = (update or {}).get("subscription_items")
    if not update or not items:
        return None
    wanted = _item(items[0])
    return PendingChangeFact(wanted.price_ref, wanted.price_id, instant(update["expires_at"]))


def _item(item: Json) -> ItemFact:
    # Stripe gives no quantity for metered prices
    price = item["price"]
    marked = inside(price, "metadata") if isinstance(price, dict) else {}
    return ItemFact(
        item_ref=item["id"],
        price_ref=reference(price),
        quantity=item.get("quantity", 0),
        price_id=marked.get(PRICE_MARK, ""),
    )
