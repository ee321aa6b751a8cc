"""What all requests that steer the sandbox share: JSON in, JSON out, and a clear refusal."""

from collections.abc import Awaitable, Callable

import orjson
from starlette.requests import Request
from starlette.responses import Response

from sandbox.json_types import JsonObject
from sandbox.world import World

BODY_BYTES_MAX = 100_000

Answering = Callable[[Request, World], Awaitable[object]]
Endpoint = Callable[[Request], Awaitable[Response]]


class Refused(Exception):
    """A control request that cannot be used; `detail` says why."""

    def __init__(self, detail: object, status: int = 400) -> None:
        super().__init__(str(detail))
        self.detail = detail
        self.status = status


async def read_json(request: Request, bytes_max: int = BODY_BYTES_MAX) -> JsonObject:
    """The body as a JSON object; an empty body is an empty one. Raises Refused."""
    body = await request.body()
    if len(body) > bytes_max:
        raise Refused(f"The body is larger than {bytes_max} bytes.", 413)
    try:
        content = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as problem:
        raise Refused("The body is no JSON.") from problem
    if not isinstance(content, dict):
        raise Refused("The body must be a JSON object.")
    return content


def stored(world: World, kind: str, request: Request) -> JsonObject:
    """The record that the path names by `id`. Raises Refused when there is none."""
    found = world.store.get(kind, request.path_params["id"])
    if found is None:
        raise Refused(f"There is no such {kind.rpartition('.')[2].replace('_', ' ')}.", 404)
    return found


def json_response(content: object, status: int = 200) -> Response:
    """Indented: people read these in a browser."""
    return Response(orjson.dumps(content, option=orjson.OPT_INDENT_2), status, media_type="application/json")


def endpoint(answering: Answering) -> Endpoint:
    """A control operation as Starlette calls it: JSON out, refusals with their status."""

    async def answer(request: Request) -> Response:
        try:
            return json_response(await answering(request, request.app.state.world))
        except Refused as refusal:
            return json_response({"error": refusal.detail}, refusal.status)

    return answer
