"""Steering saved cards: how charging them ends, and what the card network's updater does to them."""

from starlette.requests import Request
from starlette.routing import Route

from sandbox.answering import Refused, endpoint, read_json
from sandbox.json_types import JsonObject
from sandbox.stripe.api.call import Cause
from sandbox.stripe.api.errors import StripeError
from sandbox.stripe.api.params import Params
from sandbox.stripe.api.previous import put_update
from sandbox.stripe.cards import form as card_form
from sandbox.stripe.cards import issuer
from sandbox.stripe.payment_methods import payment_methods
from sandbox.world import World

NO_CAUSE = Cause()
# about a hundred thousand changes at a time
BULK_BYTES_MAX = 10_000_000


def routes() -> list[Route]:
    """Part of the control API."""
    return [
        Route("/sandbox/payment-methods/behaviour", endpoint(steer_many), methods=["POST"]),
        Route("/sandbox/payment-methods/{id}", endpoint(show), methods=["GET"]),
        Route("/sandbox/payment-methods/{id}", endpoint(steer_one), methods=["PATCH"]),
        Route("/sandbox/payment-methods/{id}/auto-update", endpoint(auto_update), methods=["POST"]),
    ]


async def show(request: Request, world: World) -> object:
    """How charging a payment method is made to end; null: as its test card does."""
    return _shown(world, _method(world, request.path_params["id"]))


async def steer_one(request: Request, world: World) -> object:
    """JSON `{"decline_code": "insufficient_funds"}`: charging it declines so from now on, until it is null again."""
    method = _method(world, request.path_params["id"])
    change = _change({**await read_json(request), "id": method["id"]})
    issuer.steer(world, *change)
    return _shown(world, method)


async def steer_many(request: Request, world: World) -> object:
    """JSON `{"changes": [{"id": "pm_...", "decline_code": "expired_card"}, ...]}`, all of them or none."""
    wanted = (await read_json(request, BULK_BYTES_MAX)).get("changes")
    if not isinstance(wanted, list):
        raise Refused("`changes` must be a list.")
    changes = [_change(item) for item in wanted]
    for method_id, _ in changes:
        _method(world, method_id)
    for method_id, decline_code in changes:
        issuer.steer(world, method_id, decline_code)
    return {"changed": len(changes)}


async def auto_update(request: Request, world: World) -> object:
    """JSON `{"exp_year": 2031, "exp_month": 4}`, either or both: the network tells of a renewed card."""
    method = _method(world, request.path_params["id"])
    wanted = await read_json(request)
    if not wanted or not set(wanted) <= {"exp_month", "exp_year"}:
        raise Refused("`exp_month` and `exp_year`, either or both, and nothing else.")
    params = Params({"card": {name: str(value) for name, value in wanted.items()}})
    try:
        expiry = card_form.new_expiry(params, method["card"], world.time_of(method["customer"]))
    except StripeError as problem:
        raise Refused(str(problem)) from problem
    changes = {"card": {**method["card"], **expiry}}
    return put_update(world, method, changes, NO_CAUSE, "automatically_updated")


def _method(world: World, method_id: str) -> JsonObject:
    method = world.store.get(payment_methods.KIND, method_id)
    if method is None:
        raise Refused(f"There is no payment method {method_id[:100]}.", 404)
    return method


def _change(wanted: object) -> tuple[str, str | None]:
    if not isinstance(wanted, dict) or set(wanted) != {"id", "decline_code"} or not isinstance(wanted["id"], str):
        raise Refused("A change has an `id` and a `decline_code`, and nothing else.")
    code = wanted["decline_code"]
    if code is not None and (not isinstance(code, str) or code not in issuer.DECLINE_CODES):
        raise Refused(f"Stripe has no decline code {str(code)[:100]!r}.")
    return wanted["id"], code


def _shown(world: World, method: JsonObject) -> JsonObject:
    return {
        "id": method["id"],
        "customer": method["customer"],
        "last4": method["card"]["last4"],
        "decline_code": issuer.steered(world, method),
    }
