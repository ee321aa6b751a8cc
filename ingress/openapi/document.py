"""The whole document, as it is served."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson
from pydantic import BaseModel

from gateways.registry import VENDORS
from ingress.entries import all_entries
from ingress.entries.entry import Answers, Asks, AtGateway, Entry, Says
from ingress.openapi.operations import Operations, view_of
from ingress.openapi.shapes import Shapes
from ingress.openapi.wording import documented, place_of
from schemas.views.operations import OperationView
from schemas.views.problems import ProblemView

VERSION = "1"  # of the API: what /v1/ in its paths says
DESCRIPTION = """Billing for a SaaS product. Amounts are whole numbers of minor units of the `currency` beside them;
times are RFC 3339 in UTC.

Every POST but previews and webhooks is a *command*: stored durably, answered 202 with an operation, or, with
`Prefer: wait=10`, 200 with its outcome. With an `Idempotency-Key` it can be repeated safely. Errors are problems
(RFC 9457) whose `type` ends with a word for programs; a bug of ours is 500 `internal_error` on any path, another method
than those named is 405 `method_not_allowed`."""
KEY = {
    "type": "http",
    "scheme": "bearer",
    "description": "A server API key: `Authorization: Bearer cb_sk_...`. Its scopes include the route's permission.",
}
USER = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "A token of a customer's user, signed by the product: its role has the permission of the route.",
}
PARAMETERS = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "A repeat is the same operation. Another body under it is 422 `idempotency_key_reused`.",
        "schema": {"type": "string", "pattern": "^[!-~]([ -~]{0,253}[!-~])?$"},
    },
    "Prefer": {
        "name": "Prefer",
        "in": "header",
        "description": "`wait=N` waits up to N seconds, 30 at most, for the operation to end (RFC 7240).",
        "schema": {"type": "string"},
    },
}
TEXT = {"type": "string"}
HEADERS = {
    "Location": {"description": "The path of the operation", "required": True, "schema": TEXT},
    "Idempotent-Replayed": {"description": "`true` when the key was used before", "schema": {"const": "true"}},
    "Preference-Applied": {"description": "`wait=N` when that was long enough", "schema": TEXT},
    "Retry-After": {"description": "Seconds to wait", "required": True, "schema": {"type": "integer", "minimum": 0}},
    "RateLimit": {
        "description": 'What is left of each limit: `"key";r=29999;t=1` (draft-ietf-httpapi-ratelimit-headers)',
        "schema": TEXT,
    },
    "RateLimit-Policy": {"description": 'The limits: `"key";q=30000;w=60`', "schema": TEXT},
    "WWW-Authenticate": {"description": "What is needed (RFC 6750)", "required": True, "schema": TEXT},
    "ETag": {"description": "For `If-None-Match`", "schema": TEXT},
}


def serialized(told: dict[str, Any]) -> bytes:
    """As it is sent."""
    return orjson.dumps(told)


def document(entries: Sequence[Entry] | None = None) -> dict[str, Any]:
    """OpenAPI 3.1 of these entries, of all of them if none are given."""
    entries = all_entries() if entries is None else entries
    shapes = Shapes(_taken(entries), (*_answered(entries), OperationView, ProblemView))
    operations = Operations(shapes, frozenset(VENDORS))
    paths: dict[str, dict[str, Any]] = {}
    for entry in entries:
        paths.setdefault(documented(entry.path), {})[entry.method.lower()] = operations.of(entry)
    for entry in entries:
        if isinstance(entry.does, Asks):  # its fields are parameters
            shapes.drop(shapes.taken(entry.does.wanted))
    used = dict.fromkeys(told["tags"][0] for path in paths.values() for told in path.values())
    return {
        "openapi": "3.1.1",
        "info": {"title": "Cashbeat", "version": VERSION, "description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in sorted(used, key=place_of)],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(shapes.components.items())),
            "parameters": PARAMETERS,
            "headers": HEADERS,
            "securitySchemes": {"key": KEY, "user": USER},
        },
    }


def _taken(entries: Iterable[Entry]) -> Iterator[type[BaseModel]]:
    for entry in entries:
        match entry.does:
            case Says() | AtGateway():
                yield from entry.does.commands
            case Asks(_, wanted):
                yield wanted
            case Answers():
                yield from filter(None, [entry.does.form.body])


def _answered(entries: Iterable[Entry]) -> Iterator[type[BaseModel]]:
    for entry in entries:
        if isinstance(entry.does, Says | AtGateway):
            yield from (command.result_view for command in entry.does.commands if command.result_view)
        view = view_of(entry.does)
        if view is not None:
            yield view
