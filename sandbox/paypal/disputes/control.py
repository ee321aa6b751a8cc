"""Steering disputes: what buyers, banks and PayPal's reviewers do."""

from starlette.requests import Request
from starlette.routing import Route

from sandbox.answering import Refused, endpoint, read_json, stored
from sandbox.paypal.api import moments
from sandbox.paypal.captures import captures
from sandbox.paypal.disputes import begin, disputes, resolve
from sandbox.world import World

MESSAGE_LENGTH_MAX = 2_000


def routes() -> list[Route]:
    """Part of the control API."""
    return [
        Route("/sandbox/paypal/captures/{id}/dispute", endpoint(open_one), methods=["POST"]),
        Route("/sandbox/paypal/disputes/{id}/message", endpoint(send_message), methods=["POST"]),
        Route("/sandbox/paypal/disputes/{id}/resolve", endpoint(resolve_one), methods=["POST"]),
    ]


async def open_one(request: Request, world: World) -> object:
    """JSON `{}` or any of `{"minor": 500, "reason": "UNAUTHORISED", "channel": "EXTERNAL"}`, which is at the bank."""
    capture, wanted = stored(world, captures.KIND, request), await read_json(request)
    minor, reason = wanted.get("minor"), wanted.get("reason", begin.REASONS[0])
    channel = wanted.get("channel", disputes.INTERNAL)
    if minor is not None and not isinstance(minor, int):
        raise Refused("`minor` must be a whole number of minor units.")
    if reason not in begin.REASONS or channel not in (disputes.INTERNAL, disputes.EXTERNAL):
        raise Refused(f"`channel` is INTERNAL or EXTERNAL, `reason` one of {', '.join(begin.REASONS)}.")
    try:
        return disputes.shown(world, begin.begin(world, capture, minor, reason, channel))
    except begin.NothingToDispute as problem:
        raise Refused(str(problem), 409) from problem


async def send_message(request: Request, world: World) -> object:
    """JSON `{"content": "Where is it?"}`: the buyer writes, and the dispute is updated."""
    dispute, content = stored(world, disputes.KIND, request), (await read_json(request)).get("content")
    if not isinstance(content, str) or not 0 < len(content) <= MESSAGE_LENGTH_MAX:
        raise Refused("`content` must be a text.")
    message = {"posted_by": "BUYER", "time_posted": moments.shown(world.clock.now()), "content": content}
    updated = disputes.change(world, dispute, messages=[*dispute["messages"], message])
    disputes.tell(world, "UPDATED", updated)
    return disputes.shown(world, updated)


async def resolve_one(request: Request, world: World) -> object:
    """JSON `{"outcome": "RESOLVED_BUYER_FAVOUR"}`: who gets the money."""
    dispute, outcome = stored(world, disputes.KIND, request), (await read_json(request)).get("outcome")
    if outcome not in resolve.OUTCOMES:
        raise Refused(f"`outcome` must be one of {', '.join(resolve.OUTCOMES)}.")
    try:
        return disputes.shown(world, resolve.resolve(world, dispute, outcome))
    except resolve.Ended as problem:
        raise Refused(str(problem), 409) from problem
