"""A PayPal that follows a script: what it answers to which call, and what it was asked."""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from gateways.paypal.client import PayPalGateway
from gateways.paypal.connection import Connection
from tests.gateways.loopback import ScriptedServer, http_answer

CLIENT_ID, CLIENT_SECRET, MERCHANT_ID = "client_made_up", "secret_made_up", "MERCHANT1"
TOKEN_CALL = "POST /v1/oauth2/token"
TOKEN = {"access_token": "token_made_up", "token_type": "Bearer", "expires_in": 32_400}
MISSING = {
    "name": "RESOURCE_NOT_FOUND",
    "message": "The specified resource does not exist.",
    "details": [{"issue": "INVALID_RESOURCE_ID", "description": "Specified resource ID does not exist."}],
}
PATIENCE_SECONDS = (0.5, 0.5)


class Asked(NamedTuple):
    """One request: `METHOD /path`, its query, its headers in lower case, and its body."""

    call: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body read."""
        return json.loads(self.body)


def answered(told: object, status: str = "200 OK", **headers: str) -> bytes:
    """An answer of PayPal's."""
    return http_answer(status, b"" if told is None else json.dumps(told).encode(), **headers)


def refused(issue: str, status: str = "422 Unprocessable Entity", **more: object) -> bytes:
    """A refusal as PayPal words it."""
    details = [{"issue": issue, "description": "As documented."}]
    return answered({"name": "UNPROCESSABLE_ENTITY", "message": "No.", "details": details, **more}, status)


def script(answers: Mapping[str, object]) -> Callable[[bytes], bytes]:
    """Answers by `METHOD /path`; ready-made bytes are sent as they are, of several each once, and the last for ever.

    Tokens are given to everybody, and what is not named is not there.
    """
    left = {call: list(told) if isinstance(told, tuple) else [told] for call, told in answers.items()}

    def answer(request: bytes) -> bytes:
        call = read(request).call
        if call == TOKEN_CALL and call not in left:
            return answered(TOKEN)
        if call not in left:
            return answered(MISSING, "404 Not Found")
        told = left[call].pop(0) if len(left[call]) > 1 else left[call][0]
        return told if isinstance(told, bytes) else answered(told)

    return answer


def read(request: bytes) -> Asked:
    """A request as our client sent it."""
    head, _, body = request.partition(b"\r\n\r\n")
    first_line, *lines = head.decode().split("\r\n")
    method, target, _ = first_line.split(" ")
    path, _, query = target.partition("?")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return Asked(f"{method} {path}", query, headers, body)


def asked_of(server: ScriptedServer, *, tokens: bool = False) -> list[Asked]:
    """What the server was asked for, in order."""
    return [each for each in map(read, server.requests) if tokens or each.call != TOKEN_CALL]


def connection_to(address: str) -> Connection:
    """A connection with little patience."""
    return Connection(CLIENT_ID, CLIENT_SECRET, address, PATIENCE_SECONDS)


def gateway_at(address: str) -> PayPalGateway:
    """Our client over it."""
    return PayPalGateway(connection_to(address), MERCHANT_ID)
