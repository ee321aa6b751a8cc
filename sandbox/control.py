"""The control API under /sandbox: faults, options, time, ledger, deliveries. Loopback only; it takes no key."""

from dataclasses import replace
from itertools import islice

from pydantic import ValidationError
from starlette.requests import Request
from starlette.routing import Route

from sandbox import due, ledger
from sandbox.answering import Answering, Refused, endpoint, read_json
from sandbox.json_types import JsonObject
from sandbox.options import RUN_TIME_FIELDS
from sandbox.world import World

# enough to look at; a run has tens of thousands
DELIVERIES_SHOWN_MAX = 200
ADVANCE_SECONDS_MAX = 10 * 365 * 24 * 60 * 60
# the year 2100: later dates are typing errors
MOMENT_MAX = 4_102_444_800


def routes() -> list[Route]:
    """What a test or a person can steer and read."""
    return [
        _route("GET", "/sandbox/faults", list_faults),
        _route("POST", "/sandbox/faults", arm_fault),
        _route("DELETE", "/sandbox/faults", clear_faults),
        _route("DELETE", "/sandbox/faults/{id}", disarm_fault),
        _route("GET", "/sandbox/options", show_options),
        _route("PATCH", "/sandbox/options", change_options),
        _route("GET", "/sandbox/ledger", show_ledger),
        _route("GET", "/sandbox/rate", show_rate),
        _route("GET", "/sandbox/webhooks", show_webhooks),
        _route("GET", "/sandbox/webhooks/deliveries", list_deliveries),
        _route("POST", "/sandbox/events/{id}/resend", resend_event),
        _route("GET", "/sandbox/clock", show_clock),
        _route("POST", "/sandbox/clock/advance", advance_clock),
        _route("POST", "/sandbox/clock/freeze", freeze_clock),
    ]


async def list_faults(request: Request, world: World) -> object:
    """The faults in place, each with how often it struck."""
    return {"faults": world.faults.shown()}


async def arm_fault(request: Request, world: World) -> object:
    """JSON such as `{"kind": "answer_lost", "rate": 0.02, "path": "/v1/", "method": "POST"}`; see `sandbox.faults`."""
    try:
        return world.faults.arm(await read_json(request)).shown()
    except ValidationError as problem:
        raise Refused(problem.errors(include_url=False, include_context=False, include_input=False)) from problem


async def clear_faults(request: Request, world: World) -> object:
    """Fair weather again."""
    world.faults.clear()
    return {"faults": []}


async def disarm_fault(request: Request, world: World) -> object:
    """Take one fault away."""
    if not world.faults.disarm(request.path_params["id"]):
        raise Refused("There is no such fault.", 404)
    return {"faults": world.faults.shown()}


async def show_options(request: Request, world: World) -> object:
    """What can be changed at run time. A restart goes back to the command line."""
    return world.options.shown()


async def change_options(request: Request, world: World) -> object:
    """JSON with any of the fields that GET shows; lists for the plural ones."""
    wanted = await read_json(request)
    unknown = sorted(set(wanted) - set(RUN_TIME_FIELDS))
    if unknown:
        raise Refused(f"Unknown or fixed option: {unknown[0]}.")
    changes = {name: tuple(value) if isinstance(value, list) else value for name, value in wanted.items()}
    _must_fit(world, changes)
    for name, value in changes.items():
        setattr(world.options, name, value)
    return world.options.shown()


async def show_ledger(request: Request, world: World) -> object:
    """Every charge and refund that moved money, and the net total per currency in minor units."""
    return ledger.shown(world.store)


async def show_rate(request: Request, world: World) -> object:
    """Calls of Stripe's API since the start, those refused by the rate limit, and the most within one second."""
    return world.traffic.figures()


async def show_webhooks(request: Request, world: World) -> object:
    """Figures of the deliveries; quiet is when `pending` is 0."""
    return world.courier.figures()


async def list_deliveries(request: Request, world: World) -> object:
    """The latest deliveries with each try; `?event=evt_...` shows those of one event."""
    event_id = request.query_params.get("event")
    if event_id:
        return {"deliveries": world.store.find("delivery", "event", event_id)}
    return {"deliveries": list(islice(world.store.newest_first("delivery"), DELIVERIES_SHOWN_MAX))}


async def resend_event(request: Request, world: World) -> object:
    """Deliver an event once more, past all faults, as the companies' dashboards can."""
    delivery = world.courier.send(request.path_params["id"])
    if delivery is None:
        raise Refused("There is no such event, or no webhook address to send it to.", 404)
    return delivery


async def advance_clock(request: Request, world: World) -> object:
    """JSON `{"seconds": 1800}`: sessions expire and idempotency keys are forgotten as if that time had passed."""
    seconds = (await read_json(request)).get("seconds")
    if not isinstance(seconds, int) or not 0 < seconds <= ADVANCE_SECONDS_MAX:
        raise Refused(f"`seconds` must be a whole number between 1 and {ADVANCE_SECONDS_MAX}.")
    world.clock.advance(seconds)
    return _moved(world)


async def freeze_clock(request: Request, world: World) -> object:
    """JSON `{"at": 1767225600}`: time stands there from now on. It may lie in the past while nothing exists yet."""
    moment = (await read_json(request)).get("at")
    if not isinstance(moment, int) or not 0 < moment <= MOMENT_MAX:
        raise Refused(f"`at` must be a whole number of seconds since 1970, at most {MOMENT_MAX}.")
    try:
        world.clock.freeze(moment)
    except ValueError as problem:
        raise Refused(str(problem), 409) from problem
    return _moved(world)


async def show_clock(request: Request, world: World) -> object:
    """What time it is (seconds since 1970, UTC), and whether it stands still."""
    return {"now": world.clock.now(), "frozen": world.clock.frozen}


def _route(method: str, path: str, answering: Answering) -> Route:
    return Route(path, endpoint(answering), methods=[method])


def _moved(world: World) -> JsonObject:
    done = due.catch_up(world)
    return {"now": world.clock.now(), "frozen": world.clock.frozen, **done}


def _must_fit(world: World, changes: JsonObject) -> None:
    try:
        replace(world.options, **changes)
    except (TypeError, ValueError) as problem:
        raise Refused(str(problem)) from problem
