"""The shapes of older API versions. Objects are stored in the current shape and rendered for the version asked for.

Only the differences that concern a consumer of payments are imitated:

- before 2022-11-15 a PaymentIntent carried its charges in `charges.data[]` and had no `latest_charge`, and a Charge
  carried its `refunds` (https://docs.stripe.com/upgrades#2022-11-15);
- before 2026-03-25.dahlia `ui_mode` of a Checkout Session read `hosted` instead of `hosted_page`;
- what became of Stripe Billing: `versions_billing`.
"""

from sandbox.json_types import JsonObject
from sandbox.stripe.api import versions_billing
from sandbox.world import World

CHARGES_LEFT_THE_INTENT = "2022-11-15"
UI_MODE_RENAMED = "2026-03-25"


def render(world: World, subject: JsonObject, version: str) -> JsonObject:
    """The object, and all objects inside of it, in the shape of that version. The given one is not changed."""
    return _rendered(world, subject, version) if version < UI_MODE_RENAMED else subject


def _rendered(world: World, subject: JsonObject, version: str) -> JsonObject:
    kind = subject.get("object")
    if kind == "event":
        # a snapshot keeps the version it was taken in
        return subject
    shape = {name: _inside(world, value, version) for name, value in subject.items()}
    if kind == "checkout.session" and shape["ui_mode"] == "hosted_page":
        shape["ui_mode"] = "hosted"
    versions_billing.render(world, shape, version)
    if version < CHARGES_LEFT_THE_INTENT:
        _carry_children(world, shape, version)
    return shape


def _inside(world: World, value: object, version: str) -> object:
    if isinstance(value, dict):
        return _rendered(world, value, version)
    if isinstance(value, list):
        return [_inside(world, item, version) for item in value]
    return value


def _carry_children(world: World, shape: JsonObject, version: str) -> None:
    if shape.get("object") == "payment_intent":
        shape.pop("latest_charge")
        shape["charges"] = _children(world, "charge", "payment_intent", shape["id"], version)
    if shape.get("object") == "charge":
        shape["refunds"] = _children(world, "refund", "charge", shape["id"], version)


def _children(world: World, kind: str, field: str, parent_id: str, version: str) -> JsonObject:
    newest_first = reversed(world.store.find(kind, field, parent_id))
    rows = [_rendered(world, child, version) for child in newest_first]
    url = f"/v1/{kind}s?{field}={parent_id}"
    return {"object": "list", "data": rows, "has_more": False, "total_count": len(rows), "url": url}
