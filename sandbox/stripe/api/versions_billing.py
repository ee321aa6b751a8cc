"""The shapes of Stripe Billing before 2025-03-31.basil and before 2025-09-30.clover.

- basil: an invoice no longer names its subscription, payment intent and charge, nor do payment intent and charge name
  their invoice; a subscription's period moved to its items; invoice lines lost `price`, `plan`, `proration` and `type`
  (https://docs.stripe.com/changelog/basil);
- clover: a discount names its coupon under `source` (https://docs.stripe.com/changelog/clover).
"""

from collections.abc import Callable

from sandbox.json_types import JsonObject
from sandbox.world import World

PRICE = "price"
BASIL = "2025-03-31"
COUPON_LEFT_THE_DISCOUNT = "2025-09-30"


def render(world: World, shape: JsonObject, version: str) -> None:
    """Turn one object, whose parts are in the old shape already, into the shape of that version, in place."""
    kind = str(shape.get("object"))
    if version < COUPON_LEFT_THE_DISCOUNT and kind == "discount":
        coupon = shape.pop("source")["coupon"]
        shape["coupon"] = coupon if isinstance(coupon, dict) else world.store.get("coupon", coupon)
    if version < BASIL and kind in BEFORE_BASIL:
        BEFORE_BASIL[kind](world, shape)


def _invoice(world: World, shape: JsonObject) -> None:
    details = shape.pop("parent")["subscription_details"]
    payment = _payment_of_invoice(world, shape["id"])
    intent = world.store.get("payment_intent", payment["payment"]["payment_intent"]) if payment else None
    for gone in ("amount_overpaid", "amount_paid_off_stripe", "confirmation_secret", "payments"):
        shape.pop(gone, None)
    taxes = shape.pop("total_taxes")
    elsewhere = shape["status"] == "paid" and payment is not None and payment["status"] != "paid"
    shape |= {
        "application_fee_amount": None,
        "charge": intent and intent["latest_charge"],
        "discount": _first_discount(world, shape),
        "paid": shape["status"] == "paid",
        "paid_out_of_band": elsewhere,
        "payment_intent": intent and intent["id"],
        "quote": None,
        "subscription": details["subscription"],
        "subscription_details": {"metadata": details["metadata"]},
        "tax": sum(tax["amount"] for tax in taxes) if taxes else None,
        "total_tax_amounts": _tax_amounts(taxes),
        "transfer_data": None,
    }


def _line(world: World, shape: JsonObject) -> None:
    parent = shape.pop("parent")["subscription_item_details"]
    pricing = shape.pop("pricing")
    for gone in ("quantity_decimal", "subtotal"):
        shape.pop(gone, None)
    taxes = shape.pop("taxes")
    included = sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "inclusive")
    price = world.store.get(PRICE, pricing["price_details"]["price"]) or {}
    shape |= {
        "amount_excluding_tax": shape["amount"] - included,
        "plan": _plan(price),
        "price": price,
        "proration": parent["proration"],
        "proration_details": parent["proration_details"],
        "subscription": parent["subscription"],
        "subscription_item": parent["subscription_item"],
        "tax_amounts": _tax_amounts(taxes),
        "tax_rates": [],
        "type": "invoiceitem" if parent["invoice_item"] else "subscription",
        "unit_amount_excluding_tax": pricing["unit_amount_decimal"],
    }
    if parent["invoice_item"]:
        shape["invoice_item"] = parent["invoice_item"]


def _tax_amounts(taxes: list[JsonObject]) -> list[JsonObject]:
    """What `taxes` were called before."""
    return [
        {
            "amount": tax["amount"],
            "inclusive": tax["tax_behavior"] == "inclusive",
            "tax_rate": tax["tax_rate_details"]["tax_rate"],
            "taxability_reason": tax["taxability_reason"],
            "taxable_amount": tax["taxable_amount"],
        }
        for tax in taxes
    ]


def _invoice_item(world: World, shape: JsonObject) -> None:
    details = shape.pop("parent")["subscription_details"]
    price = world.store.get(PRICE, shape.pop("pricing")["price_details"]["price"]) or {}
    for gone in ("net_amount", "proration_details", "quantity_decimal"):
        shape.pop(gone, None)
    shape |= {
        "plan": _plan(price),
        "price": price,
        "subscription": details["subscription"],
        "subscription_item": details["subscription_item"],
        "unit_amount": price["unit_amount"],
        "unit_amount_decimal": price["unit_amount_decimal"],
    }


def _subscription(world: World, shape: JsonObject) -> None:
    first = shape["items"]["data"][0]
    for gone in ("billing_mode", "billing_schedules", "managed_payments"):
        shape.pop(gone, None)
    single = len(shape["items"]["data"]) == 1
    shape |= {
        "current_period_end": first.pop("current_period_end"),
        "current_period_start": first.pop("current_period_start"),
        "discount": _first_discount(world, shape),
        "plan": first["plan"] if single else None,
        "quantity": first["quantity"] if single else None,
    }
    for item in shape["items"]["data"][1:]:
        del item["current_period_start"], item["current_period_end"]


def _subscription_item(world: World, shape: JsonObject) -> None:
    # its period stays until the subscription takes it over
    shape["plan"] = _plan(shape["price"])


def _payment(world: World, shape: JsonObject) -> None:
    intent_id = shape["id"] if shape["object"] == "payment_intent" else shape["payment_intent"]
    if isinstance(intent_id, dict):
        intent_id = intent_id["id"]
    link = world.store.get("invoice_payment_of_intent", intent_id)
    payment = world.store.get("invoice_payment", link["invoice_payment"]) if link else None
    shape["invoice"] = payment and payment["invoice"]


def _payment_of_invoice(world: World, invoice_id: str) -> JsonObject | None:
    found = world.store.find("invoice_payment", "invoice", invoice_id)
    return found[0] if found else None


def _first_discount(world: World, shape: JsonObject) -> JsonObject | None:
    """The whole object of the first one, which is all that old versions had."""
    discounts = shape["discounts"]
    if not discounts:
        return None
    discount = discounts[0] if isinstance(discounts[0], dict) else world.store.get("discount", discounts[0])
    if discount is None or "source" not in discount:
        return discount
    after = dict(discount)
    after["coupon"] = world.store.get("coupon", after.pop("source")["coupon"])
    return after


def _plan(price: JsonObject) -> JsonObject:
    """What prices were called before; objects carried both."""
    recurring = price["recurring"]
    return {
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": "per_unit",
        "created": price["created"],
        "currency": price["currency"],
        "interval": recurring["interval"],
        "interval_count": recurring["interval_count"],
        "livemode": False,
        "metadata": price["metadata"],
        "meter": None,
        "nickname": price["nickname"],
        "product": price["product"],
        "tiers_mode": None,
        "transform_usage": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


BEFORE_BASIL: dict[str, Callable[[World, JsonObject], None]] = {
    "charge": _payment,
    "invoice": _invoice,
    "invoiceitem": _invoice_item,
    "line_item": _line,
    "payment_intent": _payment,
    "subscription": _subscription,
    "subscription_item": _subscription_item,
}
