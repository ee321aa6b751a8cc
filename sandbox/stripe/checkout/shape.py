"""From the parameters of a Checkout Session to the session object and the plan behind it."""

from sandbox.ids import LENGTH_CHECKOUT_SESSION, new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors
from sandbox.stripe.api.blanks import blank
from sandbox.stripe.api.params import Params
from sandbox.stripe.customers import customers
from sandbox.stripe.payments import intent_methods
from sandbox.world import World

KIND = "checkout.session"
PLAN = "checkout_plan"
EXPIRES_SECONDS_MIN = 30 * 60
EXPIRES_SECONDS_MAX = 24 * 60 * 60
# what every mode takes; each mode adds its own
COMMON = (
    "cancel_url",
    "client_reference_id",
    "customer",
    "customer_email",
    "expires_at",
    "locale",
    "metadata",
    "mode",
    "payment_method_types",
    "success_url",
    "ui_mode",
)
HOSTED = ("hosted_page", "hosted")


def begin(world: World, params: Params) -> JsonObject:
    """An open session of the mode asked for, with what all modes have; nothing is stored yet. Each mode adds amounts
    and whatever else is its own, and refuses parameters that are not.
    """
    _must_be_imitated(params)
    now = world.clock.now()  # a page is open in the customer's browser: no test clock moves it
    session_id = new_id("cs_test", LENGTH_CHECKOUT_SESSION)
    url = f"{world.options.base_url}/pay/{session_id}"
    return blank(KIND, id=session_id, created=now, url=url, **_wishes(world, params, now))


def customer_creation(session: JsonObject, params: Params) -> str | None:
    """Whether a session without a customer makes one when it completes. For the modes that let the seller choose."""
    wanted = params.choice("customer_creation", ("always", "if_required"), "if_required")
    return None if session["customer"] else wanted


def _must_be_imitated(params: Params) -> None:
    if params.text("ui_mode") not in (None, *HOSTED):
        raise errors.invalid("This sandbox imitates the hosted page only.", param="ui_mode")
    intent_methods.must_be_cards(params)


def _wishes(world: World, params: Params, now: int) -> JsonObject:
    customer, email = _buyer(world, params)
    return {
        "cancel_url": params.text("cancel_url"),
        "client_reference_id": params.text("client_reference_id", 200),
        "customer": customer and customer["id"],
        "customer_details": customer_details(customer["email"] if customer else email, None),
        "customer_email": email,
        "expires_at": _expires_at(now, params),
        "locale": params.text("locale"),
        "metadata": params.metadata(),
        "mode": params.required_text("mode"),
        "success_url": params.required_text("success_url"),
    }


def _buyer(world: World, params: Params) -> tuple[JsonObject | None, str | None]:
    customer, email = customers.named(world, params), params.text("customer_email")
    for other in ("customer_email", "customer_creation"):
        if customer and params.text(other):
            message = f"You may only specify one of these parameters: customer, {other}."
            raise errors.invalid(message, param=other)
    return customer, email


def customer_details(email: str | None, name: str | None) -> JsonObject | None:
    """Who pays, as far as it is known; None when nothing is."""
    if email is None and name is None:
        return None
    return {
        "address": dict.fromkeys(customers.ADDRESS_FIELDS),
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }


def _expires_at(now: int, params: Params) -> int:
    expires_at = params.integer("expires_at", now + EXPIRES_SECONDS_MAX) or 0
    # Stripe allows for clocks that differ a little; so do we
    if not now + EXPIRES_SECONDS_MIN - 60 <= expires_at <= now + EXPIRES_SECONDS_MAX + 60:
        message = "The `expires_at` timestamp must be between 30 minutes and 24 hours after Checkout Session creation."
        raise errors.invalid(message, param="expires_at")
    return expires_at
