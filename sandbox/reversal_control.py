"""Steering money that leaves again: what customers do at their bank, and banks by themselves."""

from starlette.requests import Request
from starlette.routing import Route

from sandbox.answering import Refused, endpoint, read_json, stored
from sandbox.stripe.payments import charges, disputes, payouts, refunds
from sandbox.world import World


def routes() -> list[Route]:
    """Part of the control API. A refund, as in the dashboard, is Stripe's own `POST /v1/refunds`."""
    return [
        Route("/sandbox/charges/{id}/dispute", endpoint(dispute), methods=["POST"]),
        Route("/sandbox/disputes/{id}/escalate", endpoint(escalate_inquiry), methods=["POST"]),
        Route("/sandbox/disputes/{id}/end", endpoint(end_dispute), methods=["POST"]),
        Route("/sandbox/refunds/{id}/ask-customer", endpoint(ask_customer), methods=["POST"]),
        Route("/sandbox/payouts/{id}/fail", endpoint(fail_payout), methods=["POST"]),
        Route("/sandbox/refunds/{id}/fail", endpoint(fail_refund), methods=["POST"]),
    ]


async def dispute(request: Request, world: World) -> object:
    """JSON `{}` or any of `{"amount": 500, "reason": "fraudulent", "inquiry": true}`: the customer disputes a charge,
    all of it or a part, or asks about it only.
    """
    charge, wanted = stored(world, charges.KIND, request), await read_json(request)
    amount, reason = wanted.get("amount", charge["amount"]), wanted.get("reason", disputes.REASONS[0])
    if not charge["paid"] or charge["disputed"]:
        raise Refused("Only a paid charge can be disputed, and once.")
    if not isinstance(amount, int) or not 0 < amount <= charge["amount"]:
        raise Refused(f"`amount` must be a whole number between 1 and {charge['amount']}.")
    if reason not in disputes.REASONS:
        raise Refused(f"`reason` must be one of {', '.join(disputes.REASONS)}.")
    return disputes.begin(world, charge, amount, reason, is_inquiry=wanted.get("inquiry") is True)


async def escalate_inquiry(request: Request, world: World) -> object:
    """The bank makes a dispute of an inquiry."""
    found = stored(world, disputes.KIND, request)
    if not disputes.can_escalate(world, found):
        raise Refused("This is no open inquiry, or all of its charge was refunded.", 409)
    return disputes.escalate(world, found)


async def end_dispute(request: Request, world: World) -> object:
    """JSON `{"won": true}`: the bank decides; what is won comes back. An inquiry is closed, whatever is said."""
    found, is_won = stored(world, disputes.KIND, request), (await read_json(request)).get("won")
    if not isinstance(is_won, bool):
        raise Refused("`won` must be true or false.")
    if found["status"] not in disputes.OPEN:
        raise Refused("This dispute has ended already.", 409)
    return disputes.end(world, found, is_won=is_won)


async def fail_refund(request: Request, world: World) -> object:
    """The customer's bank sends a refund back, days after it was made."""
    refund = stored(world, refunds.KIND, request)
    if refund["status"] not in refunds.ON_THE_WAY:
        raise Refused("Only a refund that went out can come back.", 409)
    return refunds.fail(world, refund)


async def fail_payout(request: Request, world: World) -> object:
    """The seller's own bank sends a payout back."""
    payout = stored(world, payouts.KIND, request)
    if payout["status"] == "failed":
        raise Refused("It came back already.", 409)
    return payouts.fail(world, payout)


async def ask_customer(request: Request, world: World) -> object:
    """The customer has to say where a refund should go; until then its money is here, and it can be canceled."""
    refund = stored(world, refunds.KIND, request)
    if refund["status"] not in refunds.ON_THE_WAY:
        raise Refused("Only a refund that is under way can wait for the customer.", 409)
    return refunds.ask_customer(world, refund)
