"""One operation of the document, made of one entry."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, get_type_hints

from pydantic import BaseModel

from billing.whose import ACCOUNT, THINGS
from ingress.acceptance import Acceptance
from ingress.bodies import read_body
from ingress.commands import Commands
from ingress.entries.aliases import ALIASES
from ingress.entries.entry import Answers, Asks, AtGateway, Does, Entry, HandsOut, Says, ShowsAll, ShowsOne
from ingress.identity import Identity
from ingress.limits.failures import Failures
from ingress.limits.limits import too_many
from ingress.openapi.refusals import Part, refusals_of
from ingress.openapi.shapes import Schema, Shapes
from ingress.openapi.wording import area_of, documented, operation_id, summary_of
from ingress.problems import MEDIA_TYPE
from ingress.queries import answers
from ingress.user_tokens import UserTokens
from ingress.validation import invalid, parse_json, validated
from schemas.commands.base import Command
from schemas.permissions import BY_NAME

JSON = "application/json"
CALLERS: tuple[Part, ...] = (Identity, UserTokens, Failures, too_many)
# by the protocol, before anything of the request is looked at; and whatever waits for the database
OF_EVERYTHING = {400: {"malformed_request"}, 503: {"unavailable"}}
OF_A_BODY = {408: {"request_timeout"}}
OF_A_PATH = {404: {"not_found"}}  # what is no id in the path of one is no path of ours
HEADERS: Mapping[int, tuple[str, ...]] = {
    200: ("Preference-Applied",),
    401: ("WWW-Authenticate",),
    403: ("WWW-Authenticate",),
    429: ("Retry-After", "RateLimit", "RateLimit-Policy"),
    503: ("Retry-After",),
}
IN_PATH: Mapping[str, Schema] = {
    "id": {"type": "string", "format": "uuid"},
    "gateway": {"type": "string", "pattern": "^[a-z0-9_]{1,40}$"},
}
NEW_KEY = {"type": ["string", "null"], "description": "Here and nowhere else; null where this is a repeat."}
IDEMPOTENT = ({"$ref": "#/components/parameters/IdempotencyKey"}, {"$ref": "#/components/parameters/Prefer"})


def view_of(does: Does) -> type[BaseModel] | None:
    """The class of what it answers, where that is one."""
    if isinstance(does, ShowsOne | ShowsAll | Asks):
        found: type[BaseModel] = get_type_hints(does.read)["return"]
        return found
    return does.form.view if isinstance(does, Answers) else None


class Operations:
    """Makes them, each under an id of its own."""

    def __init__(self, shapes: Shapes, gateways: frozenset[str]) -> None:
        self._shapes = shapes
        self._gateways = gateways
        self._ids: set[str] = set()

    def of(self, entry: Entry) -> dict[str, Any]:
        """Everything that is told of an entry."""
        does = entry.does
        name = operation_id(entry, self._ids)
        summary, description = summary_of(does, name, view_of(does))
        told: dict[str, Any] = {
            "operationId": name,
            "tags": [area_of(entry, self._gateways)],
            "summary": summary,
            "description": description,
            "deprecated": (entry.method, entry.path) in ALIASES,
            "x-callers": entry.callers,
            "x-permission": does.permission,
            "security": _security(does),
            "parameters": [*self._in_path(entry), *self._in_query(entry), *self._in_head(does)],
            "requestBody": self._body(entry),
            "responses": _together(self._answers(does), self._refusals(entry)),
        }
        return {name: value for name, value in told.items() if value not in (None, "", False) and value != {}}

    def _in_path(self, entry: Entry) -> list[Schema]:
        fields: Schema = {}
        if isinstance(entry.does, Says):
            fields = self._shapes.inside(self._shapes.taken(entry.does.command))["properties"]
        elif isinstance(entry.does, Asks):
            fields = self._shapes.inside(self._shapes.taken(entry.does.wanted))["properties"]
        schemas = {**fields, **IN_PATH}
        return [
            {"name": name, "in": "path", "required": True, "schema": schemas.get(name, {"type": "string"})}
            for name in _names_in(entry.path)
        ]

    def _in_query(self, entry: Entry) -> list[Schema]:
        does, in_path = entry.does, _names_in(entry.path)
        if not isinstance(does, Asks):
            return []
        wanted = self._shapes.inside(self._shapes.taken(does.wanted))
        needed = wanted.get("required", [])
        return [
            {"name": name, "in": "query", "required": name in needed, "schema": _without_null(schema)}
            for name, schema in wanted["properties"].items()
            if name not in in_path
        ]

    def _in_head(self, does: Does) -> list[Schema]:
        if isinstance(does, HandsOut):
            return [{"name": "If-None-Match", "in": "header", "schema": {"type": "string"}}]
        return list(IDEMPOTENT) if isinstance(does, Says | AtGateway) else []

    def _body(self, entry: Entry) -> Schema | None:
        does, in_path = entry.does, _names_in(entry.path)
        if isinstance(does, Says):
            said_elsewhere = {*in_path, *filter(None, [does.about])}
            schema = self._without(does.command, said_elsewhere)
            is_needed = not does.about or bool(self._shapes.inside(schema).get("required"))
            return {"required": is_needed, "content": {JSON: {"schema": schema}}}
        if isinstance(does, AtGateway):
            schemas = [self._without(command, {"gateway"}) for command in does.commands]
            schema = schemas[0] if len(schemas) == 1 else {"oneOf": schemas}
            return {"required": True, "content": {JSON: {"schema": schema}}}
        if isinstance(does, Answers) and does.form.takes:
            schema = self._shapes.taken(does.form.body) if does.form.body else {}
            return {"required": True, "content": {does.form.takes: {"schema": schema}}}
        return None

    def _without(self, command: type[Command], in_path: set[str]) -> Schema:
        """The body of a command of which the path says some fields. Nobody needs to say them again."""
        whole = self._shapes.said(command, command.drawn)
        if not in_path & set(command.model_fields):
            return whole
        schema = dict(self._shapes.inside(whole))
        schema["properties"] = {name: each for name, each in schema["properties"].items() if name not in in_path}
        schema["required"] = [name for name in schema.get("required", []) if name not in in_path]
        if not schema["required"]:
            del schema["required"]
        suffix = "AtGateway" if "gateway" in in_path else "Body"
        return self._shapes.add(f"{command.__name__}{suffix}", schema)

    def _answers(self, does: Does) -> dict[str, Any]:
        match does:
            case Says() | AtGateway():
                return self._operation(does)
            case HandsOut():
                content = {each: {"schema": {"type": "string", "format": "binary"}} for each in does.media_types}
                return {
                    "200": {"description": "The file", "headers": _headers("ETag"), "content": content},
                    "304": {"description": "You have it already", "headers": _headers("ETag")},
                }
            case Answers():
                return self._own(does)
        view = view_of(does)
        assert view is not None  # noqa: S101 - of what is left all are reads
        return {"200": _ok({JSON: {"schema": self._shapes.answered(view)}})}

    def _own(self, does: Answers) -> dict[str, Any]:
        form = does.form
        if form.view is not None:
            schema = self._shapes.answered(form.view)
        else:
            schema = {"type": "object"} if form.media_type == JSON else {"type": "string"}
        content = {form.media_type: {"schema": schema}}
        others = {
            str(status): {"description": words, **({"content": content} if status >= HTTPStatus.BAD_REQUEST else {})}
            for status, words in form.others.items()
        }
        return {"200": _ok(content), **others}

    def _operation(self, does: Says | AtGateway) -> dict[str, Any]:
        """The same for both: whoever waits gets it finished."""
        more = {does.shown_once: NEW_KEY} if isinstance(does, Says) and does.shown_once else {}
        schemas = [self._of_kind(command, more) for command in does.commands]
        content = {JSON: {"schema": schemas[0] if len(schemas) == 1 else {"oneOf": schemas}}}
        links = {"operation": {"operationId": "get_operation", "parameters": {"id": "$response.body#/id"}}}
        common = {"content": content, "links": links}
        return {
            "200": {
                "description": "The operation, which is final: look at its `status`",
                "headers": _headers("Location", "Idempotent-Replayed", "Preference-Applied"),
                **common,
            },
            "202": {
                "description": "The operation, stored durably",
                "headers": _headers("Location", "Idempotent-Replayed"),
                **common,
            },
        }

    def _of_kind(self, command: type[Command], more: Mapping[str, Schema]) -> Schema:
        result: Schema = {"type": "object"}
        if command.result_view is not None:
            result = self._shapes.answered(command.result_view)
        schema = {
            "allOf": [{"$ref": "#/components/schemas/Operation"}],
            "properties": {"kind": {"const": command.kind}, "result": {"anyOf": [result, {"type": "null"}]}, **more},
        }
        return self._shapes.add(f"{command.__name__}Operation", schema)

    def _refusals(self, entry: Entry) -> dict[str, Any]:
        by_status: dict[int, set[str]] = {}
        takes_body = self._body(entry) is not None or entry.method == "POST"
        fixed = [OF_EVERYTHING, OF_A_BODY if takes_body else {}, OF_A_PATH if "{" in entry.path else {}]
        absent = {404: _absences(entry.does)} if _absences(entry.does) else {}
        for found in (*fixed, refusals_of(*_parts(entry.does)), absent):
            for status, codes in found.items():
                by_status.setdefault(status, set()).update(codes)
        return {str(status): self._refusal(status, codes) for status, codes in sorted(by_status.items())}

    def _refusal(self, status: int, codes: set[str]) -> Schema:
        """A problem with one of these words."""
        words = sorted(codes)
        schema = {
            "allOf": [{"$ref": "#/components/schemas/Problem"}],
            "properties": {"type": {"enum": [f"urn:cashbeat:problem:{word}" for word in words]}},
        }
        told: Schema = {
            "description": f"{HTTPStatus(status).phrase}: {', '.join(f'`{word}`' for word in words)}",
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        return {**told, "headers": _headers(*HEADERS[status])} if status in HEADERS else told


def _security(does: Does) -> list[dict[str, list[str]]]:
    """A key always; a user's token where some role of users holds the permission."""
    if does.permission is None:
        return []
    return [{"key": []}, {"user": []}] if BY_NAME[does.permission].roles else [{"key": []}]


def _absences(does: Does) -> set[str]:
    """With which words what is another's is told to not exist, for who may touch some accounts alone."""
    match does:
        case Says() | AtGateway():
            fields = {field for command in does.commands for field in command.model_fields}
        case Asks():
            fields = {ACCOUNT} & does.wanted.model_fields.keys()
        case ShowsOne() | HandsOut():
            fields = {does.of}
        case Answers():
            fields = {does.about}
        case _:
            fields = set()
    return {THINGS[field].code for field in fields & THINGS.keys()}


def _parts(does: Does) -> tuple[Part, ...]:
    """In whose source the refusals of it stand."""
    match does:
        case Says() | AtGateway():
            return *CALLERS, Acceptance, Commands, invalid, read_body, parse_json, validated
        case Asks():
            return *CALLERS, invalid, answers.Queries.filtered, does.read
        case ShowsOne():
            return *CALLERS, invalid, answers.Queries.one, does.read
        case HandsOut():
            return *CALLERS, invalid, answers.Queries.file, does.read
        case ShowsAll():
            return *CALLERS, invalid, answers.Queries.every, does.read
        case Answers():
            return (*CALLERS, *does.form.parts) if does.permission else does.form.parts


def _together(answered: Schema, refused: Schema) -> Schema:
    """All answers by status; of one status there may be some in one form and some in another."""
    both = {**answered, **refused}
    for status in answered.keys() & refused.keys():
        both[status]["content"] = {**answered[status].get("content", {}), **refused[status]["content"]}
    return both


def _names_in(path: str) -> list[str]:
    """What the path says, by name."""
    return [word[1:-1] for word in documented(path).split("/") if word.startswith("{")]


def _ok(content: Schema) -> Schema:
    return {"description": "OK", "content": content}


def _headers(*names: str) -> Schema:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _without_null(schema: Schema) -> Schema:
    """A parameter that is left out is not null: there is no null in a query."""
    kept = {key: value for key, value in schema.items() if key != "anyOf" and not (key == "default" and value is None)}
    for each in schema.get("anyOf", []):
        if each.get("type") != "null":
            kept.update(each)
    return kept
