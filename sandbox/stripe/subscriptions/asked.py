"""From the parameters of a request to what is wanted of a subscription. Nothing but inline prices is stored here."""

from sandbox.json_types import JsonObject
from sandbox.months import DAY_SECONDS
from sandbox.stripe.api import errors
from sandbox.stripe.api.call import Cause
from sandbox.stripe.api.params import Params, merged_metadata
from sandbox.stripe.catalog import discounts, tax_rates
from sandbox.stripe.customers import customers
from sandbox.stripe.payment_methods import payment_methods
from sandbox.stripe.subscriptions import change as subscription_change
from sandbox.stripe.subscriptions import items as subscription_items
from sandbox.stripe.subscriptions.change import Change, planned
from sandbox.stripe.subscriptions.dry_run import must_pay
from sandbox.stripe.subscriptions.periods import period_around
from sandbox.stripe.subscriptions.start import Start
from sandbox.world import World

BOTH = (
    "cancel_at_period_end",
    "collection_method",
    "days_until_due",
    "default_payment_method",
    "default_tax_rates",
    "description",
    "discounts",
    "items",
    "metadata",
    "off_session",
    "payment_behavior",
    "payment_settings",
    "proration_behavior",
    "trial_end",
    "trial_settings",
    "billing_cycle_anchor",
)
CREATABLE = (*BOTH, "customer", "currency", "trial_period_days")
UPDATABLE = (*BOTH, "cancellation_details", "pause_collection")
PRORATIONS = ("create_prorations", "always_invoice", "none")
COLLECTION_METHODS = ("charge_automatically", "send_invoice")
PAYMENT_BEHAVIORS = ("allow_incomplete", "default_incomplete", "error_if_incomplete")
IF_PAID = "pending_if_incomplete"
UPDATE_BEHAVIORS = ("allow_incomplete", "error_if_incomplete", IF_PAID)
# https://docs.stripe.com/billing/subscriptions/pending-updates#supported-attributes-for-pending-updates
PENDING_ATTRIBUTES = frozenset(
    {"billing_cycle_anchor", "expand", "items", "off_session", "payment_behavior", "proration_behavior", "trial_end"}
)
FEEDBACKS = (
    "customer_service",
    "low_quality",
    "missing_features",
    "other",
    "switched_service",
    "too_complex",
    "too_expensive",
    "unused",
)
# https://docs.stripe.com/billing/subscriptions/trials: two years
TRIAL_DAYS_MAX = 730
NO_METHOD = (
    "This customer has no attached payment source or default payment method. Please consider adding a default payment "
    "method. For more information, visit https://stripe.com/docs/billing/subscriptions/payment-methods-setting"
    "#payment-method-priority."
)


def start(world: World, params: Params, customer: JsonObject, cause: Cause) -> Start:
    """A new subscription."""
    now = world.clock.now()
    fields = _fields(world, params, customer["id"], {}) | _collection(params, "charge_automatically")
    prorated = params.choice("proration_behavior", PRORATIONS, "create_prorations") != "none"
    trial_end, anchor = _trial_end(params, now), _moment(params, "billing_cycle_anchor", now)
    if trial_end is not None and anchor is not None:
        raise errors.invalid("This sandbox takes a trial or an anchor, not both.", param="billing_cycle_anchor")
    items = subscription_items.asked_for(world, params, cause)
    price = items[0][0]
    if params.text("currency") not in (None, price["currency"]):
        raise errors.invalid(f"The prices are in {price['currency']}.", param="currency")
    if anchor is not None and period_around(anchor, price["recurring"], now).end != anchor:
        message = "billing_cycle_anchor cannot be later than next natural billing date."
        raise errors.invalid(message, param="billing_cycle_anchor")
    coupons = discounts.asked_for(world, params, "discounts", price["currency"], now)
    ends = params.flag("cancel_at_period_end")
    return Start(items, fields, coupons, anchor, trial_end, prorated, cancel_at_period_end=ends)


def change(world: World, params: Params, before: JsonObject, cause: Cause) -> Change:
    """What an update wants."""
    now = world.clock.now()
    fields = _fields(world, params, before["customer"], before["metadata"])
    if params.given("cancel_at_period_end"):
        fields |= subscription_change.cancel_fields(before, now, at_period_end=params.flag("cancel_at_period_end"))
    if params.given("collection_method") or params.given("days_until_due"):
        fields |= _collection(params, before["collection_method"])
    if params.given("pause_collection"):
        fields["pause_collection"] = _pause(params)
    if params.given("cancellation_details"):
        known: JsonObject = fields.get("cancellation_details") or before["cancellation_details"]
        fields["cancellation_details"] = {**known, **cancellation_details(params)}
    anchored = params.choice("billing_cycle_anchor", ("now", "unchanged"), "unchanged") == "now"
    ends_trial = params.text("trial_end") == "now"
    prorations = params.choice("proration_behavior", PRORATIONS) or "create_prorations"
    trial_end = None if ends_trial else _moment(params, "trial_end", now)
    items = subscription_items.changed(world, params, before, now, cause)
    if params.given("discounts"):
        # the last to be read, since it redeems coupons
        fields["discounts"] = _discounts(world, params, before, now)
    restart = anchored or (ends_trial and before["status"] == "trialing")
    return Change(fields, items, prorations, restart, trial_end)


def must_be_collectable(world: World, params: Params, customer: JsonObject, wanted: Start) -> bool:
    """Whether the first invoice waits for its buyer (`default_incomplete`).

    Raises when it does not and there is nothing to charge, or, with `error_if_incomplete`, when it would be declined.
    """
    behavior = params.choice("payment_behavior", PAYMENT_BEHAVIORS, "allow_incomplete")
    by_card = wanted.fields["collection_method"] == "charge_automatically"
    if not by_card or wanted.trial_end is not None or behavior == "default_incomplete":
        return behavior == "default_incomplete"
    prices = [price["unit_amount"] * quantity for price, quantity, _ in wanted.items]
    amount = sum(prices) - sum(map(sum, discounts.off_by(wanted.coupons, prices)))
    method_id = wanted.fields.get("default_payment_method") or _of_customer(customer)
    if amount and method_id is None:
        raise errors.invalid(NO_METHOD, code="resource_missing")
    if amount and behavior == "error_if_incomplete":
        must_pay(world, method_id)
    return False


def must_be_payable(world: World, params: Params, before: JsonObject, wanted: Change) -> None:
    """With `error_if_incomplete` an update that is to be paid at once is refused when the card would decline."""
    behavior = params.choice("payment_behavior", UPDATE_BEHAVIORS, "allow_incomplete")
    if behavior != "error_if_incomplete":
        return
    plan = planned(world, before, wanted)
    if plan.bill is None:
        return
    method_id = {**before, **plan.changes}["default_payment_method"]
    customer = world.store.get(customers.KIND, before["customer"]) or {}
    must_pay(world, method_id or _of_customer(customer))


def is_to_wait(params: Params, before: JsonObject) -> bool:
    """Whether the update is to be made only when it is paid. Raises for what a pending update cannot change."""
    if params.choice("payment_behavior", UPDATE_BEHAVIORS, "allow_incomplete") != IF_PAID:
        return False
    for field in params.fields:
        if field not in PENDING_ATTRIBUTES:
            message = f"You can not use `payment_behavior={IF_PAID}` with `{field}`."
            raise errors.invalid(message, param=params.name(field))
    if before["collection_method"] != "charge_automatically":
        message = f"`payment_behavior={IF_PAID}` needs `collection_method=charge_automatically`."
        raise errors.invalid(message, param="payment_behavior")
    return True


def cancellation_details(params: Params) -> JsonObject:
    """What the customer says about leaving."""
    details = params.group("cancellation_details")
    details.only("comment", "feedback")
    return {"comment": details.text("comment"), "feedback": details.choice("feedback", FEEDBACKS)}


def saved_method(world: World, params: Params, field: str, customer_id: str) -> str | None:
    """A payment method of this customer. Raises for one of somebody else, or of nobody."""
    method_id = params.text(field)
    if method_id is None:
        return None
    method = world.store.get(payment_methods.KIND, method_id)
    if method is None or method["customer"] != customer_id:
        message = (
            f"The customer does not have a payment method with the ID {method_id}. The payment method must be attached "
            "to the customer."
        )
        raise errors.invalid(message, code="resource_missing", param=params.name(field))
    return method_id


def _fields(world: World, params: Params, customer_id: str, metadata: dict[str, str]) -> JsonObject:
    params.flag("off_session")
    fields: JsonObject = {"metadata": merged_metadata(metadata, params)}
    if params.given("default_payment_method"):
        fields["default_payment_method"] = saved_method(world, params, "default_payment_method", customer_id)
    if params.given("default_tax_rates"):
        fields["default_tax_rates"] = tax_rates.named(world, params)
    if params.given("description"):
        fields["description"] = params.text("description", 500)
    if params.given("payment_settings"):
        fields["payment_settings"] = _payment_settings(params.group("payment_settings"))
    if params.given("trial_settings"):
        fields["trial_settings"] = _trial_settings(params.group("trial_settings"))
    return fields


def _payment_settings(params: Params) -> JsonObject:
    params.only("payment_method_types", "save_default_payment_method")
    if any(kind != "card" for kind in params.texts("payment_method_types")):
        raise errors.invalid("This sandbox takes cards only.", param=params.name("payment_method_types"))
    return {
        "payment_method_options": None,
        "payment_method_types": params.texts("payment_method_types") or None,
        "save_default_payment_method": params.choice("save_default_payment_method", ("off", "on_subscription"), "off"),
    }


def _trial_settings(params: Params) -> JsonObject:
    params.only("end_behavior")
    behavior = params.group("end_behavior")
    behavior.only("missing_payment_method")
    chosen = behavior.choice("missing_payment_method", ("cancel", "create_invoice", "pause"), "create_invoice")
    return {"end_behavior": {"missing_payment_method": chosen}}


def _collection(params: Params, default: str) -> JsonObject:
    method = params.choice("collection_method", COLLECTION_METHODS, default)
    days = params.integer("days_until_due")
    if (method == "send_invoice") != (days is not None):
        message = "`days_until_due` belongs to `collection_method=send_invoice`, which needs it."
        raise errors.invalid(message, param="days_until_due")
    return {"collection_method": method, "days_until_due": days}


def _pause(params: Params) -> JsonObject | None:
    pause = params.group("pause_collection")
    if not pause.fields:
        return None
    pause.only("behavior", "resumes_at")
    behavior = pause.choice("behavior", ("keep_as_draft", "mark_uncollectible", "void"))
    if behavior is None:
        raise errors.missing(pause.name("behavior"))
    return {"behavior": behavior, "resumes_at": pause.integer("resumes_at")}


def _discounts(world: World, params: Params, before: JsonObject, now: int) -> list[str]:
    """The whole list anew: an empty one takes all discounts away."""
    coupons = discounts.asked_for(world, params, "discounts", before["currency"], now)
    return [discounts.add(world, coupon, before, now) for coupon in coupons]


def _trial_end(params: Params, now: int) -> int | None:
    days = params.integer("trial_period_days", least=1)
    if days is None:
        return None if params.text("trial_end") == "now" else _moment(params, "trial_end", now)
    if params.given("trial_end"):
        raise errors.invalid("Give either `trial_end` or `trial_period_days`.", param="trial_period_days")
    if days > TRIAL_DAYS_MAX:
        raise errors.invalid(f"A trial may last {TRIAL_DAYS_MAX} days at most.", param="trial_period_days")
    return now + days * DAY_SECONDS


def _moment(params: Params, field: str, now: int) -> int | None:
    moment = params.integer(field) if params.text(field) not in ("now", "unchanged") else None
    if moment is not None and moment <= now:
        raise errors.invalid(f"{field} must be in the future.", param=params.name(field))
    return moment


def _of_customer(customer: JsonObject) -> str | None:
    method_id: str | None = customer["invoice_settings"]["default_payment_method"]
    return method_id
