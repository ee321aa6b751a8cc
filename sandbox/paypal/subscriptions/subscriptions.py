"""Subscriptions: the record of one, and how it is answered
(https://developer.paypal.com/docs/api/subscriptions/v1/#subscriptions).
"""

from sandbox.json_types import JsonObject
from sandbox.paypal import buyers, events
from sandbox.paypal.api import errors, links, moments, money, query
from sandbox.paypal.api.call import Call
from sandbox.paypal.api.money import Amount
from sandbox.paypal.catalog import plans
from sandbox.world import World

KIND = "paypal.subscription"
PATH = "/v1/billing/subscriptions"
PAGE = "/webapps/billing/subscriptions"
APPROVAL_PENDING, APPROVED, ACTIVE = "APPROVAL_PENDING", "APPROVED", "ACTIVE"
SUSPENDED, CANCELED, EXPIRED = "SUSPENDED", "CANCELLED", "EXPIRED"
# what can be done to one, by its status
WAYS = {
    APPROVED: ("activate", "cancel"),
    ACTIVE: ("cancel", "suspend", "revise", "capture"),
    SUSPENDED: ("activate", "cancel", "capture"),
}


def of_path(world: World, call: Call) -> JsonObject:
    """The one that the path names. Raises PayPalError."""
    subscription = world.store.get(KIND, call.ids["id"])
    if subscription is None:
        raise errors.not_found(call.ids["id"])
    return subscription


def retrieve(world: World, call: Call) -> JsonObject:
    """GET /v1/billing/subscriptions/{id}, with its plan when `fields` asks for it."""
    query.only(call, "fields")
    subscription = of_path(world, call)
    wanted = call.query.get("fields", "").split(",")
    with_plan = {"plan": plans.shown(world, plan_of(world, subscription))} if "plan" in wanted else {}
    return {**shown(world, subscription), **with_plan}


def plan_of(world: World, subscription: JsonObject) -> JsonObject:
    """The plan that it runs by."""
    return world.store.get(plans.KIND, subscription["plan_id"]) or {}


def change(world: World, subscription: JsonObject, **changes: object) -> JsonObject:
    """Another state of a subscription."""
    return world.store.put(KIND, {**subscription, **changes, "updated": world.clock.now()})


def become(world: World, subscription: JsonObject, status: str, note: str | None = None) -> JsonObject:
    """Another status, which is announced."""
    moment = {"status_at": world.clock.now(), "note": note}
    after = change(world, subscription, status=status, **moment)
    tell(world, "ACTIVATED" if status == ACTIVE else status, after)
    return after


def tell(world: World, what: str, subscription: JsonObject) -> None:
    """Announce what became of a subscription."""
    events.announce(world, f"BILLING.SUBSCRIPTION.{what}", "subscription", shown(world, subscription))


def page_link(world: World, subscription: JsonObject, below: str = "") -> JsonObject:
    """To the page where the buyer agrees."""
    return links.link(world, f"{PAGE}{below}?ba_token={subscription['ba_token']}", "approve")


def shown(world: World, subscription: JsonObject) -> JsonObject:
    """As the API answers it."""
    plan = plan_of(world, subscription)
    note, custom_id = subscription["note"], subscription["custom_id"]
    told = {
        "id": subscription["id"],
        "plan_id": subscription["plan_id"],
        "status": subscription["status"],
        "status_update_time": moments.shown(subscription["status_at"]),
        **({"status_change_note": note} if note else {}),
        "start_time": moments.shown(subscription["start_at"]),
        "quantity": str(subscription["quantity"]),
        "plan_overridden": False,
        **({"custom_id": custom_id} if custom_id else {}),
        "create_time": moments.shown(subscription["created"]),
        "update_time": moments.shown(subscription["updated"]),
        "links": _links(world, subscription),
    }
    if subscription["buyer"]:
        told["subscriber"] = _subscriber(subscription["buyer"])
        told["billing_info"] = _billing_info(subscription, plan)
    return told


def _subscriber(buyer: JsonObject) -> JsonObject:
    return {"email_address": buyer["email"], "payer_id": buyer["id"], "name": buyers.NAME}


def _billing_info(subscription: JsonObject, plan: JsonObject) -> JsonObject:
    currency = plan["cycles"][-1]["currency"]
    paid, failed = subscription["last_payment"], subscription["last_failed"]
    info: JsonObject = {
        "outstanding_balance": money.shown(Amount(subscription["outstanding_minor"], currency)),
        "cycle_executions": [_execution(subscription, cycle) for cycle in plan["cycles"]],
        "failed_payments_count": subscription["failed_count"],
    }
    if paid:
        info["last_payment"] = {
            "amount": money.shown(Amount(paid["minor"], currency)),
            "time": moments.shown(paid["at"]),
        }
    if subscription["next_at"] is not None and subscription["status"] == ACTIVE:
        info["next_billing_time"] = moments.shown(subscription["next_at"])
    if failed:
        info["last_failed_payment"] = _failed(subscription, failed, currency)
    return info


def _failed(subscription: JsonObject, failed: JsonObject, currency: str) -> JsonObject:
    retry_at = subscription["retry_at"]
    return {
        "amount": money.shown(Amount(failed["minor"], currency)),
        "time": moments.shown(failed["at"]),
        "reason_code": failed["reason"],
        **({"next_payment_retry_time": moments.shown(retry_at)} if retry_at is not None else {}),
    }


def _execution(subscription: JsonObject, cycle: JsonObject) -> JsonObject:
    completed, total = subscription["completed"].get(str(cycle["sequence"]), 0), cycle["total_cycles"]
    return {
        "tenure_type": cycle["tenure_type"],
        "sequence": cycle["sequence"],
        "cycles_completed": completed,
        "cycles_remaining": max(total - completed, 0),
        "current_pricing_scheme_version": 1,
        "total_cycles": total,
    }


def _links(world: World, subscription: JsonObject) -> list[JsonObject]:
    path = f"{PATH}/{subscription['id']}"
    waits = [page_link(world, subscription)] if subscription["status"] == APPROVAL_PENDING else []
    ways = [links.link(world, f"{path}/{way}", way, "POST") for way in WAYS.get(subscription["status"], ())]
    return [links.link(world, path, "self"), *waits, *ways]
