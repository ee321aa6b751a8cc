"""Steering saved wallets: what their owners do to them."""

from starlette.requests import Request
from starlette.routing import Route

from sandbox.answering import Refused, endpoint, read_json
from sandbox.json_types import JsonObject
from sandbox.paypal import buyers
from sandbox.paypal.orders import outcomes
from sandbox.paypal.vault import payment_tokens, setup_tokens
from sandbox.world import World


def routes() -> list[Route]:
    """Part of the control API."""
    token = "/sandbox/paypal/payment-tokens/{id}"  # noqa: S105 - a path
    return [
        Route("/sandbox/paypal/setup-tokens/{id}/approve", endpoint(approve), methods=["POST"]),
        Route(token, endpoint(steer), methods=["PATCH"]),
        Route(f"{token}/delete", endpoint(delete), methods=["POST"]),
    ]


async def approve(request: Request, world: World) -> object:
    """JSON `{}` or `{"email": "jane@example.com"}`: the buyer agrees to save the wallet."""
    email = buyers.email((await read_json(request)).get("email"))
    token = setup_tokens.found(world, request.path_params["id"])
    if token is None or email is None:
        raise Refused("There is no such setup token, or no such e-mail address.", 404 if token is None else 400)
    try:
        return setup_tokens.shown(world, setup_tokens.approve(world, token, email))
    except setup_tokens.NotOpen as problem:
        raise Refused(str(problem), 409) from problem


async def steer(request: Request, world: World) -> object:
    """JSON as of an order's `approve`, without `email`: so ends each charge of this wallet from now on."""
    token = _token(request, world)
    try:
        outcome = outcomes.read(await read_json(request))
    except outcomes.NoOutcome as problem:
        raise Refused(str(problem)) from problem
    world.store.put(payment_tokens.KIND, {**token, "outcome": outcome})
    return outcome


async def delete(request: Request, world: World) -> object:
    """The buyer takes the permission back in the settings of the wallet."""
    return payment_tokens.shown(world, payment_tokens.delete(world, _token(request, world)))


def _token(request: Request, world: World) -> JsonObject:
    token = payment_tokens.found(world, request.path_params["id"])
    if token is None:
        raise Refused("There is no such payment token, or none any more.", 404)
    return token
