"""A Stripe that follows a script: what it answers to which call, and what it was asked."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from sandbox.forms import parse_form
from tests.contracts.stripe_openapi import validate_request_form
from tests.gateways.loopback import ScriptedServer, http_answer

REFERENCE = re.compile(r"/((?:ch|clock|cs|cus|in|pi|pm|ref|seti|sub)_\w+)")
MISSING = http_answer("404 Not Found", b'{"error": {"type": "invalid_request_error", "code": "resource_missing"}}')


class Asked(NamedTuple):
    """One request: `METHOD /path`, its form or query, and its headers in lower case."""

    call: str
    form: dict[str, str]
    headers: dict[str, str]


def script(answers: Mapping[str, Any]) -> Callable[[bytes], bytes]:
    """Answers by `METHOD /path`; ready-made bytes are sent as they are, and what is not named is not there."""

    def answer(request: bytes) -> bytes:
        call = read(request).call
        scripted = answers.get(call, MISSING)
        if isinstance(scripted, bytes):
            return scripted
        return http_answer("200 OK", json.dumps(_named(call, scripted)).encode())

    return answer


def _named(call: str, scripted: dict[str, Any]) -> dict[str, Any]:
    """An object bears the name that it was asked for by; a list has none."""
    asked_by = REFERENCE.search(call)
    if scripted.get("object") == "list":
        return scripted
    return scripted | {"id": asked_by[1]} if asked_by else {"id": "made_up_1"} | scripted


def read(request: bytes) -> Asked:
    """A request as our client sent it, held to Stripe's description of its API."""
    head, _, body = request.decode().partition("\r\n\r\n")
    first_line, *lines = head.split("\r\n")
    method, target, _ = first_line.split(" ")
    path, _, query = target.partition("?")
    validate_request_form(method, path, parse_form(query or body))
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return Asked(f"{method} {path}", dict(parse_qsl(query or body, keep_blank_values=True)), headers)


def changes_asked(server: ScriptedServer) -> list[tuple[str, dict[str, str], str]]:
    """What the server was asked to change, in order: path, form and idempotency key."""
    asked = [read(request) for request in server.requests]
    posted = [(each, each.call.removeprefix("POST ")) for each in asked if each.call.startswith("POST ")]
    return [(path, each.form, each.headers["idempotency-key"]) for each, path in posted]


def listed(*items: Any) -> dict[str, Any]:
    """The only page of a list."""
    return {"object": "list", "data": list(items), "has_more": False}
