"""Steering saved wallets: what their owners do to them."""

from starlette.requests import Request
from starlette.routing import Route

from sandbox.answering import Refused, endpoint, read_json
from sandbox.json_types import JsonObject
from sandbox.paypal import buyers
from sandbox.paypal.orders import outcomes
from sandbox.paypal.vault import payment_tokens, setup_tokens
from sandbox.world import World

# about a hundred thousand changes at a time
BULK_BYTES_MAX = 10_000_000


def routes() -> list[Route]:
    """Part of the control API."""
    token = "/sandbox/paypal/payment-tokens/{id}"  # noqa: S105 - a path
    return [
        Route("/sandbox/paypal/setup-tokens/{id}/approve", endpoint(approve), methods=["POST"]),
        Route("/sandbox/paypal/payment-tokens/behaviour", endpoint(steer_many), methods=["POST"]),
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
    token, outcome = _token(world, request.path_params["id"]), _outcome(await read_json(request))
    world.store.put(payment_tokens.KIND, {**token, "outcome": outcome})
    return outcome


async def steer_many(request: Request, world: World) -> object:
    """JSON `{"changes": [{"id": "8kk8451t", "outcome": "instrument_declined"}, ...]}`, all of them or none."""
    wanted = (await read_json(request, BULK_BYTES_MAX)).get("changes")
    if not isinstance(wanted, list) or not all(isinstance(change, dict) for change in wanted):
        raise Refused("`changes` must be a list of objects.")
    changes = [(_token(world, str(change.get("id"))), _outcome(change)) for change in wanted]
    for token, outcome in changes:
        world.store.put(payment_tokens.KIND, {**token, "outcome": outcome})
    return {"changed": len(changes)}


async def delete(request: Request, world: World) -> object:
    """The buyer takes the permission back in the settings of the wallet."""
    return payment_tokens.shown(world, payment_tokens.delete(world, _token(world, request.path_params["id"])))


def _outcome(wishes: JsonObject) -> JsonObject:
    try:
        return outcomes.read(wishes)
    except outcomes.NoOutcome as problem:
        raise Refused(str(problem)) from problem


def _token(world: World, token_id: str) -> JsonObject:
    token = payment_tokens.found(world, token_id)
    if token is None:
        raise Refused(f"There is no payment token {token_id[:100]}, or none any more.", 404)
    return token
