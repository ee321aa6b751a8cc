"""`expand[]`: ids replaced by the objects they name (https://docs.stripe.com/api/expanding_objects)."""

from sandbox.json_types import JsonObject
from sandbox.stripe.api.errors import StripeError
from sandbox.world import World

DEPTH_MAX = 4
# parts of an object on the way to the next one; they are no level of their own
PASSED_THROUGH = frozenset(
    ["data", "items", "lines", "parent", "payment", "price_details", "pricing", "source", "subscription_details"]
)

EXPANDABLE = {
    ("checkout.session", "customer"): "customer",
    ("checkout.session", "payment_intent"): "payment_intent",
    ("payment_intent", "customer"): "customer",
    ("payment_intent", "latest_charge"): "charge",
    ("payment_intent", "payment_method"): "payment_method",
    ("charge", "customer"): "customer",
    ("charge", "payment_intent"): "payment_intent",
    ("charge", "balance_transaction"): "balance_transaction",
    ("payout", "balance_transaction"): "balance_transaction",
    ("refund", "charge"): "charge",
    ("refund", "payment_intent"): "payment_intent",
    ("refund", "balance_transaction"): "balance_transaction",
    ("dispute", "charge"): "charge",
    ("dispute", "payment_intent"): "payment_intent",
    ("payment_method", "customer"): "customer",
    ("checkout.session", "setup_intent"): "setup_intent",
    ("customer.invoice_settings", "default_payment_method"): "payment_method",
    ("setup_intent", "customer"): "customer",
    ("setup_intent", "payment_method"): "payment_method",
    ("invoice", "confirmation_secret"): "confirmation_secret",
    ("checkout.session", "subscription"): "subscription",
    ("checkout.session", "invoice"): "invoice",
    ("price", "product"): "product",
    ("product", "default_price"): "price",
    ("subscription", "customer"): "customer",
    ("subscription", "default_payment_method"): "payment_method",
    ("subscription", "discounts"): "discount",
    ("subscription", "latest_invoice"): "invoice",
    ("subscription", "test_clock"): "test_helpers.test_clock",
    ("customer", "test_clock"): "test_helpers.test_clock",
    ("invoice", "customer"): "customer",
    ("invoice", "default_payment_method"): "payment_method",
    ("invoice", "discounts"): "discount",
    ("invoice_payment", "invoice"): "invoice",
    ("invoiceitem", "customer"): "customer",
    ("invoiceitem", "invoice"): "invoice",
    # what lies in a part of an object that is none itself is named by the way there
    ("discount.source", "coupon"): "coupon",
    ("invoice_payment.payment", "payment_intent"): "payment_intent",
    ("invoice.parent.subscription_details", "subscription"): "subscription",
    ("line_item.pricing.price_details", "price"): "price",
}


def expand(world: World, subject: JsonObject, paths: tuple[str, ...]) -> JsonObject:
    """The object with these paths filled in; the given one is not changed. Raises for what cannot be expanded."""
    for path in paths:
        steps = path.split(".")
        if sum(step not in PASSED_THROUGH for step in steps) > DEPTH_MAX:
            raise _refused(f"You cannot expand more than {DEPTH_MAX} levels of a property.")
        subject = _expanded(world, subject, steps, path)
    return subject


def _expanded(world: World, subject: JsonObject, steps: list[str], path: str, within: str = "") -> JsonObject:
    if not steps:
        return subject
    step, *rest = steps
    label = str(subject.get("object") or within)
    if label == "list" and step == "data":
        return {**subject, "data": [_expanded(world, item, rest, path) for item in subject["data"]]}
    child = _child(world, subject, label, step, path)
    if child is None:
        return subject
    if isinstance(child, list):
        return {**subject, step: [_expanded(world, item, rest, path) for item in child]}
    return {**subject, step: _expanded(world, child, rest, path, f"{label}.{step}")}


def _child(world: World, subject: JsonObject, label: str, step: str, path: str) -> JsonObject | list[JsonObject] | None:
    included = _included(world, subject, label, step)
    if included is not None:
        return included
    value, kind = subject.get(step), EXPANDABLE.get((label, step))
    if isinstance(value, dict) and (kind or value.get("object") or _has_part(f"{label}.{step}")):
        return value
    if kind is None:
        raise _refused(f"This property cannot be expanded ({path}).")
    if isinstance(value, list):
        return [item if isinstance(item, dict) else world.store.get(kind, item) or {} for item in value]
    return None if value is None else world.store.get(kind, value)


def _has_part(prefix: str) -> bool:
    """Whether something below this part of an object can be expanded."""
    return any(label == prefix or label.startswith(f"{prefix}.") for label, _ in EXPANDABLE)


def _included(world: World, subject: JsonObject, label: str, step: str) -> JsonObject | None:
    """What is left out of an object unless asked for."""
    match label, step:
        case "checkout.session", "line_items":
            items = _plan_items(world, subject["id"])
            url = f"/v1/checkout/sessions/{subject['id']}/line_items"
        case "charge", "refunds":
            items = list(reversed(world.store.find("refund", "charge", subject["id"])))
            url = f"/v1/charges/{subject['id']}/refunds"
        case "invoice", "payments":
            items = world.store.find("invoice_payment", "invoice", subject["id"])
            url = f"/v1/invoice_payments?invoice={subject['id']}"
        case "invoice", "confirmation_secret":
            return _confirmation_secret(world, subject)
        case _:
            return None
    return {"object": "list", "data": items, "has_more": False, "url": url}


def _confirmation_secret(world: World, invoice: JsonObject) -> JsonObject | None:
    """With which the buyer's browser confirms the payment of an open invoice."""
    payments = world.store.find("invoice_payment", "invoice", invoice["id"])
    intent = world.store.get("payment_intent", payments[0]["payment"]["payment_intent"]) if payments else None
    return {"client_secret": intent["client_secret"], "type": "payment_intent"} if intent else None


def _plan_items(world: World, session_id: str) -> list[JsonObject]:
    plan = world.store.get("checkout_plan", session_id)
    return list(plan["line_items"]) if plan else []


def _refused(message: str) -> StripeError:
    """Found out when the answer is made, so execution is over by then."""
    return StripeError(400, "invalid_request_error", message, executed=True, param="expand")
