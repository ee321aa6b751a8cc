"""What happens by the mere passing of time."""

from collections.abc import Callable

from sandbox.paypal.captures import settle as paypal_captures
from sandbox.paypal.subscriptions import cycle as paypal_cycle
from sandbox.stripe.checkout import sessions as checkout
from sandbox.stripe.payments import late
from sandbox.stripe.subscriptions import cycle as subscription_cycle
from sandbox.world import World

# each does what is due by now and tells how much that was; asked once a second and after every move of the clock
DUE: dict[str, Callable[[World], int]] = {
    # first, since each step is stamped with its own moment in the past
    "billing_steps_done": subscription_cycle.run_due,
    "sessions_expired": checkout.expire_due,
    "late_steps_done": late.run_due,
    "paypal_subscription_steps_done": paypal_cycle.run_due,
    "paypal_captures_ended": paypal_captures.run_due,
}


def catch_up(world: World) -> dict[str, int]:
    """Do everything that is due; how much of each kind was done."""
    return {name: do(world) for name, do in DUE.items()}
