"""`expand[]`: ids replaced by the objects they name (https://docs.stripe.com/api/expanding_objects)."""

from sandbox.json_types import JsonObject
from sandbox.stripe.errors import StripeError
from sandbox.world import World

DEPTH_MAX = 4

EXPANDABLE = {
    ("checkout.session", "customer"): "customer",
    ("checkout.session", "payment_intent"): "payment_intent",
    ("payment_intent", "customer"): "customer",
    ("payment_intent", "latest_charge"): "charge",
    ("payment_intent", "payment_method"): "payment_method",
    ("charge", "customer"): "customer",
    ("charge", "payment_intent"): "payment_intent",
    ("charge", "balance_transaction"): "balance_transaction",
    ("refund", "charge"): "charge",
    ("refund", "payment_intent"): "payment_intent",
    ("refund", "balance_transaction"): "balance_transaction",
    ("payment_method", "customer"): "customer",
}


def expand(world: World, subject: JsonObject, paths: tuple[str, ...]) -> JsonObject:
    """The object with these paths filled in; the given one is not changed. Raises for what cannot be expanded."""
    for path in paths:
        steps = path.split(".")
        if len(steps) > DEPTH_MAX:
            raise _refused(f"You cannot expand more than {DEPTH_MAX} levels of a property.")
        subject = _expanded(world, subject, steps, path)
    return subject


def _expanded(world: World, subject: JsonObject, steps: list[str], path: str) -> JsonObject:
    if not steps:
        return subject
    step, *rest = steps
    if subject["object"] == "list" and step == "data":
        return {**subject, "data": [_expanded(world, item, rest, path) for item in subject["data"]]}
    child = _child(world, subject, step, path)
    if child is None:
        return subject
    return {**subject, step: _expanded(world, child, rest, path)}


def _child(world: World, subject: JsonObject, step: str, path: str) -> JsonObject | None:
    included = _included(world, subject, step)
    if included is not None:
        return included
    kind = EXPANDABLE.get((subject["object"], step))
    if kind is None:
        raise _refused(f"This property cannot be expanded ({path}).")
    value = subject.get(step)
    return value if isinstance(value, dict) or value is None else world.store.get(kind, value)


def _included(world: World, subject: JsonObject, step: str) -> JsonObject | None:
    """Lists that are left out of an object unless asked for."""
    match subject["object"], step:
        case "checkout.session", "line_items":
            items = _plan_items(world, subject["id"])
            url = f"/v1/checkout/sessions/{subject['id']}/line_items"
        case "charge", "refunds":
            items = list(reversed(world.store.find("refund", "charge", subject["id"])))
            url = f"/v1/charges/{subject['id']}/refunds"
        case _:
            return None
    return {"object": "list", "data": items, "has_more": False, "url": url}


def _plan_items(world: World, session_id: str) -> list[JsonObject]:
    plan = world.store.get("checkout_plan", session_id)
    return list(plan["line_items"]) if plan else []


def _refused(message: str) -> StripeError:
    """Found out when the answer is made, so execution is over by then."""
    return StripeError(400, "invalid_request_error", message, executed=True, param="expand")
