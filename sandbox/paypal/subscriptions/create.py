"""POST /v1/billing/subscriptions"""

from sandbox.ids import new_code
from sandbox.json_types import JsonObject
from sandbox.paypal.api import errors
from sandbox.paypal.api.call import Call
from sandbox.paypal.api.fields import Fields
from sandbox.paypal.catalog import plans
from sandbox.paypal.orders import experience, outcomes
from sandbox.paypal.subscriptions import subscriptions
from sandbox.world import World

ID_LENGTH = 12
QUANTITY = "[1-9][0-9]{0,8}"


def create(world: World, call: Call) -> JsonObject:
    """A subscription that waits for its buyer. Raises PayPalError."""
    call.fields.only("plan_id", "quantity", "start_time", "custom_id", "subscriber", "application_context")
    plan, now = asked_plan(world, call.fields), world.clock.now()
    start_at = call.fields.moment("start_time") or now
    if start_at < now:
        wrong = "It lies in the past."
        raise errors.invalid("INVALID_PARAMETER_VALUE", call.fields.pointer("start_time"), wrong)
    subscriber = call.fields.group("subscriber")
    subscriber.only("email_address")
    subscriber.text("email_address", 254)
    subscription = {
        "id": f"I-{new_code(ID_LENGTH)}",
        "ba_token": f"BA-{new_code()}",
        "plan_id": plan["id"],
        "quantity": quantity(call.fields, plan),
        "status": subscriptions.APPROVAL_PENDING,
        "status_at": now,
        "note": None,
        "custom_id": call.fields.text("custom_id"),
        "experience": _experience(call.fields),
        "buyer": None,
        "outcome": outcomes.GOOD,
        "revision": None,
        "start_at": start_at,
        "created": now,
        "updated": now,
        **UNBILLED,
    }
    world.store.put(subscriptions.KIND, subscription)
    subscriptions.tell(world, "CREATED", subscription)
    return subscription


# where a schedule stands before its first payment: `cycle` is which of the plan's, `periods` how many of it have begun
# since `anchor_at`, `completed` how many of each were settled
UNBILLED: JsonObject = {
    "cycle": 0,
    "periods": 0,
    "anchor_at": None,
    "next_at": None,
    "retry_at": None,
    "tries": 0,
    "billed": None,
    "completed": {},
    "failed_count": 0,
    "outstanding_minor": 0,
    "last_payment": None,
    "last_failed": None,
}


def asked_plan(world: World, fields: Fields) -> JsonObject:
    """The plan that a request names. Raises PayPalError unless it can be subscribed to."""
    plan_id = fields.required_text("plan_id", 50)
    plan = world.store.get(plans.KIND, plan_id)
    if plan is None:
        raise errors.not_found(plan_id, fields.pointer("plan_id"))
    if plan["status"] != plans.ACTIVE:
        raise errors.impossible("PLAN_STATUS_INVALID", f"The plan is {plan['status']}.", fields.pointer("plan_id"))
    return plan


def quantity(fields: Fields, plan: JsonObject) -> int:
    """How many of it. Raises PayPalError."""
    text = fields.text("quantity", 9, QUANTITY)
    if text is not None and not plan["quantity_supported"]:
        wrong = "Subscription cannot have quantity."
        raise errors.impossible("SUBSCRIPTION_CANNOT_HAVE_QUANTITY", wrong, fields.pointer("quantity"))
    return int(text or "1")


def _experience(fields: Fields) -> JsonObject:
    context = fields.group("application_context")
    if not fields.given("application_context"):
        return experience.read(context)
    context.require("return_url", "cancel_url")
    wishes = dict(context.content)
    action = Fields(wishes, context.pointer("")[:-1]).choice("user_action", ("SUBSCRIBE_NOW", "CONTINUE"))
    wishes.pop("user_action", None)
    # unlike orders, subscriptions begin when the buyer agrees unless the shop wants to activate them
    return {**experience.read(Fields(wishes, context.pointer("")[:-1])), "user_action": action or "SUBSCRIBE_NOW"}
