"""Plans (https://developer.paypal.com/docs/api/subscriptions/v1/#plans)."""

from sandbox.ids import new_code
from sandbox.json_types import JsonObject
from sandbox.paypal.api import errors, links, moments, money, query
from sandbox.paypal.api.call import Call
from sandbox.paypal.api.fields import Fields
from sandbox.paypal.api.money import Amount
from sandbox.paypal.catalog import cycles, products
from sandbox.paypal.catalog.listing import page_of
from sandbox.world import World

KIND = "paypal.plan"
PATH = "/v1/billing/plans"
ACTIVE, INACTIVE = "ACTIVE", "INACTIVE"
STATUSES = (ACTIVE, "CREATED", INACTIVE)
ID_LENGTH = 24
THRESHOLD_MAX = 999


def create(world: World, call: Call) -> JsonObject:
    """POST /v1/billing/plans"""
    fields = call.fields
    fields.only(
        "product_id", "name", "status", "description", "billing_cycles", "payment_preferences", "quantity_supported"
    )
    fields.require("product_id", "name", "billing_cycles", "payment_preferences")
    product_id, now = fields.required_text("product_id", 50), world.clock.now()
    if world.store.get(products.KIND, product_id) is None:
        raise errors.not_found(product_id, fields.pointer("product_id"))
    plan = {
        "id": f"P-{new_code(ID_LENGTH)}",
        "product_id": product_id,
        "name": fields.required_text("name"),
        "status": fields.choice("status", STATUSES, ACTIVE),
        "description": fields.text("description"),
        "cycles": cycles.read(fields),
        "preferences": _preferences(fields.group("payment_preferences")),
        "quantity_supported": bool(fields.flag("quantity_supported")),
        "created": now,
        "updated": now,
    }
    return world.store.put(KIND, plan)


def of_path(world: World, call: Call) -> JsonObject:
    """The one that the path names. Raises PayPalError."""
    plan = world.store.get(KIND, call.ids["id"])
    if plan is None:
        raise errors.not_found(call.ids["id"])
    return plan


def list_page(world: World, call: Call) -> JsonObject:
    """GET /v1/billing/plans"""
    query.only(call, "product_id", "plan_ids", "page_size", "page", "total_required")
    product, ids = call.query.get("product_id"), call.query.get("plan_ids")
    found = [
        shown(world, plan)
        for plan in world.store.oldest_first(KIND)
        if product in (None, plan["product_id"]) and (ids is None or plan["id"] in ids.split(","))
    ]
    return page_of(world, call, "plans", found)


def activate(world: World, call: Call) -> JsonObject:
    """POST /v1/billing/plans/{id}/activate"""
    return _become(world, call, ACTIVE)


def deactivate(world: World, call: Call) -> JsonObject:
    """POST /v1/billing/plans/{id}/deactivate: nobody subscribes to it any more; who has goes on."""
    return _become(world, call, INACTIVE)


def shown(world: World, plan: JsonObject) -> JsonObject:
    """As the API answers it."""
    path = f"{PATH}/{plan['id']}"
    turn = "deactivate" if plan["status"] == ACTIVE else "activate"
    preferences = {**plan["preferences"], "setup_fee": money.shown(Amount(0, plan["cycles"][-1]["currency"]))}
    return {
        **{name: plan[name] for name in ("id", "product_id", "name", "status", "quantity_supported")},
        **({"description": plan["description"]} if plan["description"] else {}),
        "billing_cycles": [cycles.shown(cycle) for cycle in plan["cycles"]],
        "payment_preferences": preferences,
        "create_time": moments.shown(plan["created"]),
        "update_time": moments.shown(plan["updated"]),
        "links": [links.link(world, path, "self"), links.link(world, f"{path}/{turn}", turn, "POST")],
    }


def _become(world: World, call: Call, status: str) -> JsonObject:
    plan = of_path(world, call)
    if plan["status"] == status:
        raise errors.impossible("PLAN_STATUS_INVALID", f"The plan is {status} already.")
    return world.store.put(KIND, {**plan, "status": status, "updated": world.clock.now()})


def _preferences(fields: Fields) -> JsonObject:
    fields.only("auto_bill_outstanding", "setup_fee_failure_action", "payment_failure_threshold")
    bills = fields.flag("auto_bill_outstanding")
    return {
        "auto_bill_outstanding": True if bills is None else bills,
        "setup_fee_failure_action": fields.choice("setup_fee_failure_action", ("CANCEL", "CONTINUE"), "CANCEL"),
        "payment_failure_threshold": fields.whole("payment_failure_threshold", 0, THRESHOLD_MAX) or 0,
    }
