"""Steering money that leaves again: what customers do at their bank, and banks by themselves."""

from starlette.requests import Request
from starlette.routing import Route

from sandbox.answering import Refused, endpoint, read_json
from sandbox.json_types import JsonObject
from sandbox.stripe.payments import charges, disputes, refunds
from sandbox.world import World


def routes() -> list[Route]:
    """Part of the control API. A refund, as in the dashboard, is Stripe's own `POST /v1/refunds`."""
    return [
        Route("/sandbox/charges/{id}/dispute", endpoint(dispute), methods=["POST"]),
        Route("/sandbox/disputes/{id}/end", endpoint(end_dispute), methods=["POST"]),
        Route("/sandbox/refunds/{id}/fail", endpoint(fail_refund), methods=["POST"]),
    ]


async def dispute(request: Request, world: World) -> object:
    """JSON `{}` or `{"amount": 500, "reason": "fraudulent"}`: the customer disputes a charge, all of it or a part."""
    charge, wanted = _stored(world, charges.KIND, request), await read_json(request)
    amount, reason = wanted.get("amount", charge["amount"]), wanted.get("reason", disputes.REASONS[0])
    if not charge["paid"] or charge["disputed"]:
        raise Refused("Only a paid charge can be disputed, and once.")
    if not isinstance(amount, int) or not 0 < amount <= charge["amount"]:
        raise Refused(f"`amount` must be a whole number between 1 and {charge['amount']}.")
    if reason not in disputes.REASONS:
        raise Refused(f"`reason` must be one of {', '.join(disputes.REASONS)}.")
    return disputes.begin(world, charge, amount, reason)


async def end_dispute(request: Request, world: World) -> object:
    """JSON `{"won": true}`: the bank decides; what is won comes back."""
    found, is_won = _stored(world, disputes.KIND, request), (await read_json(request)).get("won")
    if not isinstance(is_won, bool):
        raise Refused("`won` must be true or false.")
    if found["status"] != disputes.OPEN:
        raise Refused("This dispute has ended already.", 409)
    return disputes.end(world, found, is_won=is_won)


async def fail_refund(request: Request, world: World) -> object:
    """The customer's bank sends a refund back, days after it was made."""
    refund = _stored(world, refunds.KIND, request)
    if refund["status"] != "succeeded":
        raise Refused("Only a refund that went out can come back.", 409)
    return refunds.fail(world, refund)


def _stored(world: World, kind: str, request: Request) -> JsonObject:
    found = world.store.get(kind, request.path_params["id"])
    if found is None:
        raise Refused(f"There is no such {kind}.", 404)
    return found
