"""From an HTTP request to an action and back: tokens, JSON, request ids, errors, faults."""

import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.faults import ApiFault
from sandbox.ids import new_debug_id
from sandbox.interference import InjectedFailure, around_request
from sandbox.json_types import JsonObject
from sandbox.paypal.api import errors, mock, once
from sandbox.paypal.api.call import Action, Call
from sandbox.paypal.api.errors import PayPalError, Refusal
from sandbox.paypal.api.fields import Fields
from sandbox.paypal.api.links import PREFIX
from sandbox.paypal.api.multipart import json_part
from sandbox.paypal.api.routes import ACTIONS
from sandbox.paypal.oauth import tokens
from sandbox.traffic import take_time
from sandbox.world import World

Endpoint = Callable[[Request], Awaitable[Response]]

# PayPal's own requests are far below this
BODY_BYTES_MAX = 1_000_000
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
REQUEST_ID_LENGTH_MAX = 108
SEVERAL_PARTS = ("multipart/form-data", "multipart/related")
PREFERENCES = {"": True, "return=minimal": True, "return=representation": False}


def routes() -> list[Route]:
    """The API as Starlette routes, and an answer in PayPal's words for every other path under its prefix."""
    by_path: dict[str, dict[str, Action]] = defaultdict(dict)
    for action in ACTIONS:
        by_path[action.path][action.method] = action
    known = [Route(PREFIX + path, _endpoint(actions), methods=METHODS) for path, actions in by_path.items()]
    return [*known, Route(PREFIX + "/v{rest:path}", _unknown, methods=METHODS)]


class Refusals:
    """PayPal's words at the edge."""

    def too_many_requests(self, retry_after_seconds: int) -> Response:
        """429"""
        answer = refused(PayPalError(429))
        answer.headers["Retry-After"] = str(retry_after_seconds)
        return answer

    def over_the_rate_limit(self) -> Response:
        """429, without a hint when to come back."""
        return refused(PayPalError(429))

    def server_error(self) -> Response:
        """500"""
        return refused(PayPalError(500))


def refused(refusal: Refusal, debug_id: str = "") -> Response:
    """An answer that is no success."""
    debug_id = debug_id or new_debug_id()
    return _response(refusal.status, refusal.body(debug_id), debug_id)


async def read_body(request: Request) -> bytes:
    """Raises PayPalError for one that is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise PayPalError(413)
    return bytes(body)


def _endpoint(actions: Mapping[str, Action]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        world: World = request.app.state.world
        began = time.monotonic()
        answer = await _admitted(world, request, actions)
        await take_time(world.options, began)
        return answer

    return endpoint


async def _admitted(world: World, request: Request, actions: Mapping[str, Action]) -> Response:
    if not world.paypal_traffic.admit():
        return Refusals().over_the_rate_limit()
    fault = world.faults.strike_request(request.method, request.url.path)
    return await around_request(fault, Refusals(), lambda: _serve(world, request, actions, fault))


async def _unknown(request: Request) -> Response:
    return refused(PayPalError(404))


async def _serve(world: World, request: Request, actions: Mapping[str, Action], fault: ApiFault | None) -> Response:
    debug_id = new_debug_id()
    try:
        tokens.check(world, request.headers.get("authorization"))
        action = actions.get(request.method)
        if action is None:
            raise PayPalError(405)
        call = await _call(request)
        mock.refuse(action, request.headers.get(mock.HEADER))
        record, is_repeated = await once.run(world, action, call, fault)
    except Refusal as refusal:
        return refused(refusal, debug_id)
    except InjectedFailure:
        return refused(PayPalError(500), debug_id)
    status = action.status_repeated if is_repeated else action.status
    if status == 204:
        return Response(status_code=204, headers={"PayPal-Debug-Id": debug_id})
    return _response(status, _shown(world, action, call, record), debug_id)


def _shown(world: World, action: Action, call: Call, record: JsonObject) -> JsonObject:
    answer = action.shown(world, record)
    if action.method == "POST" and call.is_minimal and not action.is_whole:
        return {name: answer[name] for name in ("id", "status", "links")}
    return answer


async def _call(request: Request) -> Call:
    raw = await read_body(request)
    return Call(
        path=request.url.path,
        ids=request.path_params,
        query=dict(request.query_params),
        raw=raw,
        fields=Fields(_json(request, raw)),
        request_id=_request_id(request),
        is_minimal=_is_minimal(request),
    )


def _json(request: Request, raw: bytes) -> JsonObject:
    if request.method not in ("POST", "PATCH"):
        return {}
    try:
        content = orjson.loads(_json_of(request.headers.get("content-type", ""), raw) or b"{}")
    except orjson.JSONDecodeError as problem:
        raise errors.invalid("MALFORMED_REQUEST_JSON", "/", "The request JSON is not well formed.") from problem
    if request.method == "PATCH":
        # a list of changes (RFC 6902), where everything else is an object
        content = {"operations": content}
    if not isinstance(content, dict):
        raise errors.invalid("MALFORMED_REQUEST_JSON", "/", "The request must be a JSON object.")
    return content


def _json_of(content_type: str, raw: bytes) -> bytes:
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        return raw
    part = json_part(content_type, raw) if kind in SEVERAL_PARTS else None
    if part is None:
        raise PayPalError(415)
    return part


def _request_id(request: Request) -> str | None:
    request_id = request.headers.get("paypal-request-id")
    if request_id and len(request_id) > REQUEST_ID_LENGTH_MAX:
        raise errors.invalid("INVALID_STRING_LENGTH", "PayPal-Request-Id", f"At most {REQUEST_ID_LENGTH_MAX}.")
    return request_id or None


def _is_minimal(request: Request) -> bool:
    preference = request.headers.get("prefer", "")
    if preference not in PREFERENCES:
        raise errors.invalid("INVALID_PARAMETER_VALUE", "Prefer", "Not a preference.", preference[:100])
    return PREFERENCES[preference]


def _response(status: int, content: JsonObject, debug_id: str) -> Response:
    headers = {"PayPal-Debug-Id": debug_id}
    return Response(orjson.dumps(content), status, headers, media_type="application/json")
