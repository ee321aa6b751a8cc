"""The buyer's answer, and with it how the capture will end."""

from sandbox.json_types import JsonObject
from sandbox.paypal import buyers
from sandbox.paypal.orders import orders
from sandbox.world import World

COMPLETE = "COMPLETE"


class NotOpen(Exception):
    """The order does not wait for its buyer."""


def approve(world: World, order: JsonObject, email: str, outcome: JsonObject) -> JsonObject:
    """The approved order; one that was approved already may be approved once more, with another way to pay.

    Raises NotOpen.
    """
    if order["status"] == orders.COMPLETED:
        raise NotOpen(f"{order['id']} is {order['status']}")
    approved = orders.change(
        world,
        order,
        status=orders.APPROVED,
        buyer=buyers.of_email(email),
        outcome=outcome,
        expires_at=world.clock.now() + world.options.paypal_order_seconds,
    )
    orders.tell(world, "CHECKOUT.ORDER.APPROVED", approved)
    return approved
