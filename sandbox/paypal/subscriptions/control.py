"""Steering subscriptions: what their buyers do."""

from starlette.requests import Request
from starlette.routing import Route

from sandbox.answering import Refused, endpoint, read_json, stored
from sandbox.paypal import buyers
from sandbox.paypal.orders import outcomes
from sandbox.paypal.subscriptions import approve, subscriptions, turn
from sandbox.world import World


def routes() -> list[Route]:
    """Part of the control API."""
    one = "/sandbox/paypal/subscriptions/{id}"
    return [
        Route(f"{one}/approve", endpoint(agree), methods=["POST"]),
        Route(f"{one}/cancel", endpoint(cancel), methods=["POST"]),
        Route(one, endpoint(steer), methods=["PATCH"]),
    ]


async def agree(request: Request, world: World) -> object:
    """JSON `{}` or `{"email": "jane@example.com"}`: to the subscription, or to the change of it that waits."""
    subscription = stored(world, subscriptions.KIND, request)
    email = buyers.email((await read_json(request)).get("email"))
    if email is None:
        raise Refused("`email` must be an e-mail address.")
    try:
        return subscriptions.shown(world, approve.approve(world, subscription, email))
    except approve.NotOpen as problem:
        raise Refused(str(problem), 409) from problem


async def cancel(request: Request, world: World) -> object:
    """The buyer ends it in the settings of the wallet."""
    subscription = stored(world, subscriptions.KIND, request)
    if subscription["status"] not in turn.CANCELABLE:
        raise Refused(f"It is {subscription['status']}.", 409)
    return subscriptions.shown(world, turn.end(world, subscription, None))


async def steer(request: Request, world: World) -> object:
    """JSON `{"outcome": "payer_cannot_pay"}`: payments fail from now on, until it is `complete` again."""
    subscription = stored(world, subscriptions.KIND, request)
    try:
        outcome = outcomes.read(await read_json(request))
    except outcomes.NoOutcome as problem:
        raise Refused(str(problem)) from problem
    if outcome["name"] in (outcomes.PENDING, outcomes.DECLINED):
        raise Refused("A payment of a subscription is `complete`, or fails with an issue of a capture.")
    subscriptions.change(world, subscription, outcome=outcome)
    return outcome
