"""What a Checkout Session is for: one entry per mode."""

from collections.abc import Callable
from typing import NamedTuple

from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors
from sandbox.stripe.api.call import Cause
from sandbox.stripe.api.params import Params
from sandbox.stripe.checkout import payment as checkout_payment
from sandbox.stripe.checkout import setup as checkout_setup
from sandbox.stripe.checkout import subscription as checkout_subscription
from sandbox.world import World

Opening = Callable[[World, JsonObject, JsonObject, Cause], JsonObject]


def _as_asked(world: World, session: JsonObject, plan: JsonObject, cause: Cause) -> JsonObject:
    """Nothing else is made when the session opens."""
    return session


class Mode(NamedTuple):
    """Three moments of a session.

    `asked_for(world, params)` checks the parameters and returns the session and its plan, neither of them stored. The
    plan has the session's `id` and `line_items` (possibly none). `complete(world, session, plan, payment_method,
    cause)` is called when the buyer has typed in a card and passed 3D Secure; the session has its customer by then.
    It returns the completed session, or raises the card error that the buyer is shown. `opened(world, session, plan,
    cause)` makes what exists from the start and returns the session that names it.
    """

    asked_for: Callable[[World, Params], tuple[JsonObject, JsonObject]]
    complete: Callable[[World, JsonObject, JsonObject, JsonObject, Cause], JsonObject]
    opened: Opening = _as_asked


# ---- every mode has its entry here ----
MODES: dict[str, Mode] = {
    "payment": Mode(checkout_payment.asked_for, checkout_payment.complete),
    "setup": Mode(checkout_setup.asked_for, checkout_setup.complete, checkout_setup.opened),
    "subscription": Mode(checkout_subscription.asked_for, checkout_subscription.complete, checkout_subscription.opened),
}


def named(params: Params) -> Mode:
    """The mode that is asked for. Raises when it is missing or none."""
    mode = params.choice("mode", MODES)
    if mode is None:
        raise errors.missing("mode")
    return MODES[mode]


def of(session: JsonObject) -> Mode:
    """The mode of a session."""
    return MODES[session["mode"]]
