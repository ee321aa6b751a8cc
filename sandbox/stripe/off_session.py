"""Charging a saved card while the buyer is away: one payment intent from creation to its end."""

from sandbox.json_types import JsonObject
from sandbox.stripe import charges, confirm, payment_intents, payment_methods
from sandbox.stripe.call import Cause
from sandbox.stripe.issuer import OFF_SESSION, PASSED
from sandbox.world import World


def charge_off_session(
    world: World,
    *,
    customer: str,
    payment_method: str,
    amount: int,
    currency: str,
    metadata: dict[str, str],
    description: str | None,
    created_by: Cause,
    buyer_present: bool = False,
) -> JsonObject:
    """Charge `amount` minor units of `currency` (lower case) to a saved payment method, all three named by their ids.

    Makes a PaymentIntent and a Charge with all events, exactly as `confirm=true, off_session=true` by API does, but
    raises nothing when the card declines. Returns the intent: `succeeded`, or `requires_payment_method` with
    `last_payment_error` (code, decline_code, message). `latest_charge` is the id of the charge in both cases. With
    `buyer_present` the payment counts as one whose buyer has passed 3D Secure, as the first one at a checkout does.
    """
    wishes: JsonObject = {
        "amount": amount,
        "currency": currency,
        "customer": customer,
        "description": description,
        "metadata": metadata,
        "payment_method": payment_method,
    }
    intent = payment_intents.add(world, created_by, wishes)
    method = payment_methods.of_name(world, payment_method)
    presence = PASSED if buyer_present else OFF_SESSION
    after, charge = confirm.attempt(world, intent, method, created_by, presence)
    if charge is not None and charge["paid"]:
        charges.settle(world, charge, created_by)
    return after
