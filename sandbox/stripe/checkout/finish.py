"""The last step of a Checkout Session, the same in every mode."""

from sandbox.json_types import JsonObject
from sandbox.stripe.api.call import Cause
from sandbox.stripe.checkout.shape import KIND, customer_details
from sandbox.stripe.events import events
from sandbox.world import World


def finish(world: World, session: JsonObject, method: JsonObject, cause: Cause, changes: JsonObject) -> JsonObject:
    """The session is complete, with its event. `changes` is what else is new about it, such as `payment_status`."""
    billing = method["billing_details"]
    done = {"status": "complete", "url": None, "customer_details": customer_details(billing["email"], billing["name"])}
    after = world.store.put(KIND, {**session, **done, **changes})
    events.emit(world, "checkout.session.completed", after, cause)
    return after


def cleared(world: World, session: JsonObject, cause: Cause, outcome: str) -> JsonObject:
    """A complete session's money came, or did not, some days later; with its event."""
    after = world.store.put(KIND, session)
    events.emit(world, f"checkout.session.async_payment_{outcome}", after, cause)
    return after
