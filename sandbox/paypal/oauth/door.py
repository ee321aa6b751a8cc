"""POST /v1/oauth2/token: an access token for an app's id and secret (https://developer.paypal.com/api/rest/authentication/)."""

import base64
import binascii
import hmac

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.faults import ApiFault
from sandbox.forms import MalformedForm, parse_form
from sandbox.ids import new_code, new_debug_id
from sandbox.interference import InjectedFailure, around_operation, around_request
from sandbox.json_types import JsonObject
from sandbox.paypal.api.errors import PayPalError, Refusal, TokenError
from sandbox.paypal.api.gate import Refusals, read_body, refused
from sandbox.paypal.api.links import PREFIX
from sandbox.paypal.oauth import tokens
from sandbox.world import World

FORM = "application/x-www-form-urlencoded"


def routes() -> list[Route]:
    """The one route."""
    return [Route(f"{PREFIX}/v1/oauth2/token", issue, methods=["POST"])]


async def issue(request: Request) -> Response:
    """Form `grant_type=client_credentials`, id and secret by HTTP basic."""
    world: World = request.app.state.world
    if not world.paypal_traffic.admit():
        return Refusals().over_the_rate_limit()
    fault = world.faults.strike_request(request.method, request.url.path)
    return await around_request(fault, Refusals(), lambda: _issue(world, request, fault))


async def _issue(world: World, request: Request, fault: ApiFault | None) -> Response:
    try:
        _must_be_the_app(world, request)
        await _must_be_credentials(request)
        token = await around_operation(fault, lambda: tokens.issue(world))
    except Refusal as refusal:
        return refused(refusal)
    except InjectedFailure:
        return Refusals().server_error()
    headers = {"PayPal-Debug-Id": new_debug_id()}
    return Response(orjson.dumps(_shown(token)), 200, headers, media_type="application/json")


def _shown(token: JsonObject) -> JsonObject:
    return {
        "scope": tokens.SCOPE,
        "access_token": token["id"],
        "token_type": "Bearer",
        "app_id": "APP-80W284485P519543T",
        "expires_in": token["expires_at"] - token["created"],
        "nonce": f"{token['created']}{new_code(20)}",
    }


def _must_be_the_app(world: World, request: Request) -> None:
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    try:
        given = base64.b64decode(credentials, validate=True) if scheme.lower() == "basic" else b""
    except binascii.Error:
        given = b""
    known = (each.encode() for each in world.options.paypal_credentials)
    if not any(hmac.compare_digest(given, each) for each in known):
        raise TokenError(401, "invalid_client", "Client Authentication failed")


async def _must_be_credentials(request: Request) -> None:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise PayPalError(415)
    try:
        fields = parse_form((await read_body(request)).decode("utf-8", errors="replace"))
    except MalformedForm:
        fields = {}
    if fields != {"grant_type": "client_credentials"}:
        raise TokenError(400, "unsupported_grant_type", "This sandbox knows grant_type=client_credentials only")
