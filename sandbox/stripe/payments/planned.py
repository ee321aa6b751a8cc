"""What is set going and happens some time later: by test cards (https://docs.stripe.com/testing), and payouts."""

from sandbox.json_types import JsonObject
from sandbox.world import World

KIND = "planned"
WAITS, DONE = "waits", "done"
# Stripe says "some time later"; short enough to wait for, and long enough for the payment to be told of first
LATER_SECONDS = 2


def plan(world: World, what: str, object_id: str) -> None:
    """Let it happen to a charge, refund or payout, a little later by the sandbox's own clock."""
    due_at = world.clock.now() + LATER_SECONDS
    world.store.put(KIND, {"id": object_id, "what": what, "due_at": due_at, "status": WAITS})


def take_due(world: World) -> list[JsonObject]:
    """What is due by now, each given out once."""
    now = world.clock.now()
    due = [each for each in world.store.find(KIND, "status", WAITS) if each["due_at"] <= now]
    return [world.store.put(KIND, {**each, "status": DONE}) for each in due]
