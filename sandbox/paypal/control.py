"""Steering PayPal: what buyers, banks and PayPal itself do."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.routing import Route

from sandbox.answering import Answering, Refused, endpoint, read_json, stored
from sandbox.json_types import JsonObject
from sandbox.paypal import buyers, ledger
from sandbox.paypal.captures import captures
from sandbox.paypal.captures import settle as settle_capture
from sandbox.paypal.oauth import tokens
from sandbox.paypal.orders import approve, orders, outcomes
from sandbox.paypal.refunds import refunds, reverse
from sandbox.paypal.refunds import settle as settle_refund
from sandbox.world import World

ENDS = ("complete", "pending")


def routes() -> list[Route]:
    """Part of the control API."""
    return [
        _route("GET", "/sandbox/paypal/ledger", show_ledger),
        _route("GET", "/sandbox/paypal/rate", show_rate),
        _route("POST", "/sandbox/paypal/tokens/revoke", revoke_tokens),
        _route("POST", "/sandbox/paypal/orders/{id}/approve", approve_order),
        _route("POST", "/sandbox/paypal/orders/{id}/forget", forget_order),
        _route("PATCH", "/sandbox/paypal/captures/{id}", steer_refunds),
        _route("POST", "/sandbox/paypal/captures/{id}/complete", _ending(captures.KIND, settle_capture.complete)),
        _route("POST", "/sandbox/paypal/captures/{id}/deny", _ending(captures.KIND, settle_capture.deny)),
        _route("POST", "/sandbox/paypal/captures/{id}/reverse", reverse_capture),
        _route("POST", "/sandbox/paypal/refunds/{id}/complete", _ending(refunds.KIND, settle_refund.complete)),
        _route("POST", "/sandbox/paypal/refunds/{id}/fail", _ending(refunds.KIND, settle_refund.fail)),
    ]


async def show_ledger(request: Request, world: World) -> object:
    """Every capture, refund and reversal that moved money, and the net total per currency in minor units."""
    return ledger.shown(world)


async def show_rate(request: Request, world: World) -> object:
    """Calls of PayPal's API since the start, those refused by the rate limit, and the most within one second."""
    return world.paypal_traffic.figures()


async def revoke_tokens(request: Request, world: World) -> object:
    """All access tokens are worth nothing from now on."""
    return {"revoked": tokens.revoke_all(world)}


async def approve_order(request: Request, world: World) -> object:
    """JSON `{}` or any of `{"email": "a@example.com", "outcome": "pending", "reason": "ECHECK", "then": "deny",
    "after_seconds": 60}`: the buyer agrees, and the capture will end so.
    """
    wishes = await read_json(request)
    email = buyers.email(wishes.get("email"))
    if email is None:
        raise Refused("`email` must be an e-mail address.")
    order = orders.found(world, request.path_params["id"])
    if order is None:
        raise Refused("There is no such order, or PayPal has forgotten it.", 404)
    try:
        return orders.shown(world, approve.approve(world, order, email, outcomes.read(wishes)))
    except outcomes.NoOutcome as problem:
        raise Refused(str(problem)) from problem
    except approve.NotOpen as problem:
        raise Refused(str(problem), 409) from problem


async def forget_order(request: Request, world: World) -> object:
    """PayPal tells the order no more, be it completed: how long it does nothing says. It goes on telling captures."""
    order = stored(world, orders.KIND, request)
    return {"forgotten": orders.change(world, order, is_forgotten=True)["id"]}


async def steer_refunds(request: Request, world: World) -> object:
    """JSON `{"refunds": "pending"}`: refunds of this capture wait for `complete` or `fail` of each; or "complete"."""
    capture, wanted = stored(world, captures.KIND, request), (await read_json(request)).get("refunds")
    if wanted not in ENDS:
        raise Refused("`refunds` must be `complete` or `pending`.")
    return captures.change(world, capture, refunds_end=wanted)


async def reverse_capture(request: Request, world: World) -> object:
    """JSON `{}`, or `{"minor": 500}` for a part: the buyer's bank pulls the payment back."""
    capture, minor = stored(world, captures.KIND, request), (await read_json(request)).get("minor")
    if minor is not None and not isinstance(minor, int):
        raise Refused("`minor` must be a whole number of minor units.")
    try:
        return reverse.reverse(world, capture, minor)
    except reverse.NothingToReverse as problem:
        raise Refused(str(problem), 409) from problem


def _ending(kind: str, end: Callable[[World, JsonObject], JsonObject]) -> Answering:
    async def answering(request: Request, world: World) -> object:
        """What was pending ends so."""
        try:
            return end(world, stored(world, kind, request))
        except (settle_capture.NotPending, settle_refund.NotPending) as problem:
            raise Refused(str(problem), 409) from problem

    return answering


def _route(method: str, path: str, answering: Answering) -> Route:
    return Route(path, endpoint(answering), methods=[method])
