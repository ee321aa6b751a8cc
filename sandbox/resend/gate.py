"""From an HTTP request to Resend's operations and back: key, JSON, idempotency, errors, faults."""

from collections.abc import Callable

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.faults import ApiFault
from sandbox.idempotency import Answer, KeyInUse, KeyMismatch, fingerprint
from sandbox.interference import InjectedFailure, around_operation, around_request
from sandbox.json_types import JsonObject
from sandbox.resend import emails
from sandbox.resend.attachments import BYTES_MAX
from sandbox.resend.errors import ResendError
from sandbox.world import World
from settings import SANDBOX_RESEND_KEY

# https://resend.com/docs/dashboard/emails/idempotency-keys
KEY_LENGTH_MAX = 256
LISTED_MAX = 100
MISMATCH = "This idempotency key has been used on a request with a different payload."
IN_USE = "Another request with the same idempotency key is in progress."


def routes() -> list[Route]:
    """Resend's API as Starlette routes."""
    return [
        Route("/emails", _send, methods=["POST"]),
        Route("/emails", _list, methods=["GET"]),
        Route("/emails/{id}", _retrieve, methods=["GET"]),
    ]


class Refusals:
    """Resend's words at the edge."""

    def too_many_requests(self, retry_after_seconds: int) -> Response:
        """429"""
        message = "Too many requests. You can only make 2 requests per second."
        answer = _refused(ResendError(429, "rate_limit_exceeded", message))
        answer.headers["Retry-After"] = str(retry_after_seconds)
        return answer

    def server_error(self) -> Response:
        """500"""
        return _refused(_failure())


async def _send(request: Request) -> Response:
    world: World = request.app.state.world
    fault = world.faults.strike_request(request.method, request.url.path)
    return await around_request(fault, Refusals(), lambda: _serve_send(world, request, fault))


async def _retrieve(request: Request) -> Response:
    return await _read(request, lambda world: emails.retrieve(world, request.path_params["id"]))


async def _list(request: Request) -> Response:
    limit, after = request.query_params.get("limit", "20"), request.query_params.get("after", "")
    if not limit.isdecimal() or not 1 <= int(limit) <= LISTED_MAX:
        return _refused(ResendError(422, "validation_error", f"`limit` must be between 1 and {LISTED_MAX}."))
    return await _read(request, lambda world: emails.listed(world, int(limit), after))


async def _read(request: Request, read: Callable[[World], JsonObject]) -> Response:
    world: World = request.app.state.world
    fault = world.faults.strike_request(request.method, request.url.path)

    async def serve() -> Response:
        try:
            _authenticate(world, request)
            answer = await _execute(fault, lambda: read(world))
        except ResendError as error:
            return _refused(error)
        return _answered(answer)

    return await around_request(fault, Refusals(), serve)


async def _serve_send(world: World, request: Request, fault: ApiFault | None) -> Response:
    try:
        _authenticate(world, request)
        key = _idempotency_key(request)
        message = _json(await _body(request))
        if key is None:
            return _answered(await _execute(fault, lambda: emails.send(world, message, None)))
        return _answered(await _send_once(world, key, message, fault))
    except ResendError as error:
        return _refused(error)


async def _send_once(world: World, key: str, message: JsonObject, fault: ApiFault | None) -> Answer:
    """Only what was accepted is kept: a refused or failed message may be sent again under the same key."""
    # sorted: the same fields in another order are the same message
    asked = fingerprint(orjson.dumps(message, option=orjson.OPT_SORT_KEYS))
    try:
        kept = world.resend_keys.begin(key, asked)
    except KeyMismatch as problem:
        raise ResendError(409, "invalid_idempotent_request", MISMATCH) from problem
    except KeyInUse as problem:
        raise ResendError(409, "concurrent_idempotent_requests", IN_USE) from problem
    if kept is not None:
        return kept
    try:
        answer = await _execute(fault, lambda: emails.send(world, message, key))
        world.resend_keys.keep(key, asked, answer)
        return answer
    finally:
        world.resend_keys.end(key)


async def _execute(fault: ApiFault | None, operation: Callable[[], JsonObject]) -> Answer:
    try:
        return Answer(200, orjson.dumps(await around_operation(fault, operation)), "")
    except InjectedFailure as failure:
        raise _failure() from failure


def _authenticate(world: World, request: Request) -> None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise ResendError(401, "missing_api_key", "Missing API key in the authorization header.")
    if not world.options.takes(key, "re_"):
        raise ResendError(403, "invalid_api_key", f"API key is invalid. This sandbox takes {SANDBOX_RESEND_KEY}.")


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not 1 <= len(key) <= KEY_LENGTH_MAX:
        message = f"The key must be between 1 and {KEY_LENGTH_MAX} characters."
        raise ResendError(400, "invalid_idempotency_key", message)
    return key


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BYTES_MAX:
            raise ResendError(413, "validation_error", "The e-mail is larger than 40 MB.")
    return bytes(body)


def _json(body: bytes) -> JsonObject:
    try:
        message = orjson.loads(body)
    except orjson.JSONDecodeError as problem:
        raise ResendError(400, "validation_error", "The body is no JSON.") from problem
    if not isinstance(message, dict):
        raise ResendError(400, "validation_error", "The body must be a JSON object.")
    return message


def _failure() -> ResendError:
    return ResendError(500, "application_error", "An unexpected error occurred (played by the sandbox).")


def _answered(answer: Answer) -> Response:
    return Response(answer.body, answer.status, media_type="application/json")


def _refused(error: ResendError) -> Response:
    return Response(orjson.dumps(error.body()), error.status, media_type="application/json")
