"""From an HTTP request to an operation and back: keys, forms, idempotency, versions, errors, faults."""

import base64
import binascii
import time
from collections.abc import Awaitable, Callable

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import forms
from sandbox.faults import ApiFault
from sandbox.idempotency import Answer, KeyInUse, KeyMismatch, fingerprint
from sandbox.ids import new_id
from sandbox.interference import InjectedFailure, around_operation, around_request
from sandbox.options import API_VERSION_PATTERN
from sandbox.stripe.api import errors, versions
from sandbox.stripe.api.call import Call, Cause
from sandbox.stripe.api.errors import StripeError
from sandbox.stripe.api.expand import expand
from sandbox.stripe.api.params import Params
from sandbox.stripe.api.resource import Operation
from sandbox.stripe.api.routes import ROUTES
from sandbox.traffic import take_time
from sandbox.world import World
from settings import SANDBOX_STRIPE_KEY

Endpoint = Callable[[Request], Awaitable[Response]]

# Stripe's own forms are far below this
BODY_BYTES_MAX = 1_000_000
# https://docs.stripe.com/api/idempotent_requests
KEY_LENGTH_MAX = 255
REQUEST_ID_LENGTH = 14


def routes() -> list[Route]:
    """The API as Starlette routes, and an answer in Stripe's words for every other path under /v1."""
    known = [Route(path, _endpoint(operation), methods=[method]) for method, path, operation in ROUTES]
    return [*known, Route("/v1/{rest:path}", _unknown, methods=["GET", "POST", "DELETE"])]


class Refusals:
    """Stripe's words at the edge."""

    def too_many_requests(self, retry_after_seconds: int) -> Response:
        """429"""
        headers = {"Retry-After": str(retry_after_seconds), "Stripe-Rate-Limited-Reason": "global-rate"}
        return _error_response(errors.too_many_requests(), new_id("req", REQUEST_ID_LENGTH), headers)

    def over_the_rate_limit(self) -> Response:
        """429, without a hint when to come back (https://docs.stripe.com/rate-limits)"""
        headers = {"Stripe-Rate-Limited-Reason": "global-rate"}
        return _error_response(errors.too_many_requests(), new_id("req", REQUEST_ID_LENGTH), headers)

    def server_error(self) -> Response:
        """500"""
        return _error_response(errors.server_error(executed=False), new_id("req", REQUEST_ID_LENGTH), {})


def _endpoint(operation: Operation) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        world: World = request.app.state.world
        began = time.monotonic()
        answer = await _admitted(world, request, operation)
        await take_time(world.options, began)
        return answer

    return endpoint


async def _admitted(world: World, request: Request, operation: Operation) -> Response:
    if not world.traffic.admit():
        return Refusals().over_the_rate_limit()
    fault = world.faults.strike_request(request.method, request.url.path)
    return await around_request(fault, Refusals(), lambda: _serve(world, request, operation, fault))


async def _unknown(request: Request) -> Response:
    message = f"Unrecognized request URL ({request.method}: {request.url.path}): this sandbox does not imitate it."
    error = StripeError(404, "invalid_request_error", message)
    return _error_response(error, new_id("req", REQUEST_ID_LENGTH), {})


async def _serve(world: World, request: Request, operation: Operation, fault: ApiFault | None) -> Response:
    request_id = new_id("req", REQUEST_ID_LENGTH)
    headers: dict[str, str] = {}
    try:
        _authenticate(world, request)
        version = _version(world, request)
        headers["Stripe-Version"] = version
        body = await _form_text(request)
        call = _call(request, body, version, request_id)
        if call.cause.idempotency_key is None:
            answer = await _execute(world, call, operation, fault)
        else:
            headers["Idempotency-Key"] = call.cause.idempotency_key
            answer, replayed = await _execute_once(world, call, body, operation, fault)
            headers["Original-Request"] = answer.request_id
            headers |= {"Idempotent-Replayed": "true"} if replayed else {}
    except StripeError as error:
        return _error_response(error, request_id, headers)
    return _response(answer.status, answer.body, request_id, headers)


def _authenticate(world: World, request: Request) -> None:
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    key = _basic_user(credentials) if scheme.lower() == "basic" else credentials
    if not key:
        raise errors.unauthorized("You did not provide an API key. Use `Authorization: Bearer YOUR_SECRET_KEY`.")
    if not world.options.takes(key, "sk_"):
        raise errors.unauthorized(f"Invalid API Key provided: {key[:8]}***. This sandbox takes {SANDBOX_STRIPE_KEY}.")


def _basic_user(credentials: str) -> str:
    try:
        return base64.b64decode(credentials, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _version(world: World, request: Request) -> str:
    version = request.headers.get("stripe-version") or world.options.api_version
    if not API_VERSION_PATTERN.fullmatch(version):
        raise errors.invalid(f"Invalid Stripe API version: {version[:50]}")
    return version


async def _form_text(request: Request) -> str:
    if request.method != "POST":
        return request.url.query
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise StripeError(413, "invalid_request_error", f"The body is larger than {BODY_BYTES_MAX} bytes.")
    return body.decode("utf-8", errors="replace")


def _call(request: Request, body: str, version: str, request_id: str) -> Call:
    try:
        fields = forms.parse_form(body)
    except forms.MalformedForm as problem:
        raise errors.invalid(f"Invalid request: {problem}") from problem
    paths = tuple(Params({"expand": fields.pop("expand", {})}).texts("expand"))
    cause = Cause(request_id, _idempotency_key(request))
    return Call(request.url.path, request.path_params, Params(fields), paths, version, cause)


def _idempotency_key(request: Request) -> str | None:
    """Only POST takes one; other methods are idempotent by themselves."""
    key = request.headers.get("idempotency-key") if request.method == "POST" else None
    if key and len(key) > KEY_LENGTH_MAX:
        raise errors.invalid(f"Idempotency keys can be at most {KEY_LENGTH_MAX} characters long.")
    return key or None


async def _execute_once(
    world: World, call: Call, body: str, operation: Operation, fault: ApiFault | None
) -> tuple[Answer, bool]:
    key = call.cause.idempotency_key or ""
    # sorted: the same parameters in another order are the same request
    asked = fingerprint(call.path, *sorted(body.split("&")))
    try:
        kept = world.stripe_keys.begin(key, asked)
    except KeyMismatch as problem:
        raise errors.key_mismatch(key) from problem
    except KeyInUse as problem:
        raise errors.key_in_use(key) from problem
    if kept is not None:
        return kept, True
    try:
        answer = await _execute(world, call, operation, fault)
        world.stripe_keys.keep(key, asked, answer)
        return answer, False
    finally:
        world.stripe_keys.end(key)


async def _execute(world: World, call: Call, operation: Operation, fault: ApiFault | None) -> Answer:
    """Raises StripeError only for what was refused before execution; any later failure is an answer to be kept."""
    request_id = call.cause.request_id or ""
    try:
        result = await around_operation(fault, lambda: operation(world, call))
        shown = versions.render(world, expand(world, result, call.expand), call.version)
        return Answer(200, orjson.dumps(shown), request_id)
    except InjectedFailure:
        failure = errors.server_error(executed=True)
    except StripeError as refusal:
        if not refusal.executed:
            raise
        failure = refusal
    return Answer(failure.status, orjson.dumps(failure.body()), request_id)


def _error_response(error: StripeError, request_id: str, headers: dict[str, str]) -> Response:
    return _response(error.status, orjson.dumps(error.body()), request_id, headers)


def _response(status: int, body: bytes, request_id: str, headers: dict[str, str]) -> Response:
    return Response(body, status, {"Request-Id": request_id, **headers}, media_type="application/json")
