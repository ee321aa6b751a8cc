"""POST /v1/billing/subscriptions/{id}/revise: another plan or quantity, once the buyer agrees."""

from sandbox.json_types import JsonObject
from sandbox.paypal.api import errors, links
from sandbox.paypal.api.call import Call
from sandbox.paypal.orders import experience
from sandbox.paypal.subscriptions import create, subscriptions
from sandbox.world import World

UPDATE = "/update"


def revise(world: World, call: Call) -> JsonObject:
    """The subscription, with what its buyer has to agree to. Raises PayPalError."""
    subscription = subscriptions.of_path(world, call)
    call.fields.only("plan_id", "quantity", "application_context")
    if subscription["status"] != subscriptions.ACTIVE:
        raise errors.impossible("SUBSCRIPTION_STATUS_INVALID", f"It is {subscription['status']}.")
    present = subscriptions.plan_of(world, subscription)
    plan = create.asked_plan(world, call.fields) if call.fields.given("plan_id") else present
    if plan["product_id"] != present["product_id"]:
        wrong = "The new plan must be of the same product."
        raise errors.impossible("PLAN_PRODUCT_NOT_COMPATIBLE", wrong, call.fields.pointer("plan_id"))
    if plan["cycles"][-1]["currency"] != present["cycles"][-1]["currency"]:
        raise errors.impossible("CURRENCY_MISMATCH", "The new plan must be of the same currency.")
    given = call.fields.given("quantity")
    quantity = create.quantity(call.fields, plan) if given else subscription["quantity"]
    wanted = {"plan_id": plan["id"], "quantity": quantity if plan["quantity_supported"] else 1}
    context = call.fields.group("application_context")
    changes: JsonObject = {"revision": wanted}
    if context.content:
        changes["experience"] = {**experience.read(context), "user_action": "SUBSCRIBE_NOW"}
    return subscriptions.change(world, subscription, **changes)


def shown(world: World, subscription: JsonObject) -> JsonObject:
    """What is asked for, and where the buyer agrees to it."""
    wanted = subscription["revision"]
    path = f"{subscriptions.PATH}/{subscription['id']}"
    return {
        "plan_id": wanted["plan_id"],
        "quantity": str(wanted["quantity"]),
        "plan_overridden": False,
        "links": [subscriptions.page_link(world, subscription, UPDATE), links.link(world, path, "self")],
    }
