"""What happens by the mere passing of time."""

from collections.abc import Callable

from sandbox.stripe import checkout
from sandbox.world import World

# each does what is due by now and tells how much that was; asked once a second and after every move of the clock
DUE: dict[str, Callable[[World], int]] = {
    "sessions_expired": checkout.expire_due,
}


def catch_up(world: World) -> dict[str, int]:
    """Do everything that is due; how much of each kind was done."""
    return {name: do(world) for name, do in DUE.items()}
