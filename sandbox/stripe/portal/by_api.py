"""The portal for programs: `POST /sandbox/portal/{subscription}/...` does what a customer's click does."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.routing import Route

from sandbox.answering import Refused, endpoint, read_json
from sandbox.json_types import JsonObject
from sandbox.stripe.api.errors import StripeError
from sandbox.stripe.portal import actions as portal_actions
from sandbox.stripe.subscriptions.shape import KIND
from sandbox.world import World


def routes() -> list[Route]:
    """One per button of the page."""
    return [
        Route("/sandbox/portal/{subscription}/change-plan", endpoint(change_plan), methods=["POST"]),
        Route("/sandbox/portal/{subscription}/cancel", endpoint(cancel), methods=["POST"]),
        Route("/sandbox/portal/{subscription}/resume", endpoint(resume), methods=["POST"]),
        Route("/sandbox/portal/{subscription}/card", endpoint(replace_card), methods=["POST"]),
    ]


async def change_plan(request: Request, world: World) -> object:
    """JSON `{"price": "price_..."}`, and `proration_behavior` as in the API, `create_prorations` when it is absent."""
    wanted = await _wanted(request, "price", "proration_behavior")
    prorations = wanted.get("proration_behavior", "create_prorations")
    if prorations not in portal_actions.PRORATIONS:
        raise Refused(f"`proration_behavior` must be one of {', '.join(portal_actions.PRORATIONS)}.")
    subscription = _subscription(request, world)
    return _done(lambda: portal_actions.change_plan(world, subscription, wanted.get("price", ""), prorations))


async def cancel(request: Request, world: World) -> object:
    """At the end of the period."""
    await _wanted(request)
    return _done(lambda: portal_actions.cancel(world, _subscription(request, world)))


async def resume(request: Request, world: World) -> object:
    """Take a cancellation back."""
    await _wanted(request)
    return _done(lambda: portal_actions.resume(world, _subscription(request, world)))


async def replace_card(request: Request, world: World) -> object:
    """JSON `{"card_number": "5555555555554444"}`; 402 when the card cannot be saved."""
    wanted = await _wanted(request, "card_number")
    return _done(
        lambda: portal_actions.replace_card(world, _subscription(request, world), wanted.get("card_number", ""))
    )


def _done(act: Callable[[], JsonObject]) -> JsonObject:
    try:
        return act()
    except StripeError as problem:
        raise Refused(str(problem), problem.status) from problem


def _subscription(request: Request, world: World) -> JsonObject:
    subscription = world.store.get(KIND, request.path_params["subscription"])
    if subscription is None:
        raise Refused("There is no such subscription.", 404)
    return subscription


async def _wanted(request: Request, *accepted: str) -> JsonObject:
    wanted = await read_json(request)
    if not set(wanted) <= set(accepted):
        raise Refused(f"Only these can be given: {', '.join(accepted) or 'nothing'}.")
    if not all(isinstance(value, str) for value in wanted.values()):
        raise Refused("All values must be texts.")
    return wanted
