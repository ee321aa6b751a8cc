"""The document as a page that people read: what is told of each route, and of each shape that it takes or answers."""

import re
from collections.abc import Iterator
from typing import Any

from markupsafe import Markup, escape

from ingress.openapi.examples import curl_of
from ingress.openapi.shapes import PREFIX, Schema

_CODE = re.compile(r"`([^`]+)`")
_EMPHASIS = re.compile(r"\*([^*]+)\*")
VALUES_MAX = 12  # a longer list of words has its place among the shapes


def context_of(document: dict[str, Any]) -> dict[str, Any]:
    """What the template shows."""
    components = document["components"]["schemas"]
    routes = list(_routes(document))
    areas = {tag["name"]: [each for each in routes if each["area"] == tag["name"]] for tag in document["tags"]}
    shapes = {name: schema for name, schema in components.items() if not _is_of_a_kind(name)}
    return {
        "title": document["info"]["title"],
        "description": [prose(part) for part in document["info"]["description"].split("\n\n")],
        "areas": areas,
        "shapes": [_shape(name, schema) for name, schema in shapes.items()],
        "count": len(routes),
    }


def _is_of_a_kind(name: str) -> bool:
    """An operation with its result: told where it is answered."""
    return name.endswith("Operation") and name != "Operation"


def _routes(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    components, parameters = document["components"]["schemas"], document["components"]["parameters"]
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            named = [
                parameters[each["$ref"].rpartition("/")[2]] if "$ref" in each else each
                for each in told.get("parameters", [])
            ]
            yield {
                "id": told["operationId"],
                "area": told["tags"][0],
                "method": method.upper(),
                "path": path,
                "summary": prose(told["summary"]),
                "description": prose(told.get("description", "")),
                "permission": told.get("x-permission"),
                "callers": told["x-callers"],
                "is_old_name": told.get("deprecated", False),
                "parameters": [_parameter(each) for each in named],
                "body": _body(told, components),
                "answers": [
                    _answer(status, answer, components) for status, answer in sorted(told["responses"].items())
                ],
                "curl": curl_of(method.upper(), path, told, components),
            }


def _parameter(told: dict[str, Any]) -> dict[str, Any]:
    words = prose(told.get("description", ""))
    return {
        "name": told["name"],
        "where": told["in"],
        "is_needed": told.get("required", False),
        "type": kind_of(told["schema"]),
        "words": words,
    }


def _body(told: dict[str, Any], components: dict[str, Schema]) -> list[list[dict[str, Any]]]:
    """The fields of each form that a body may have."""
    content: Schema = next(iter(told.get("requestBody", {}).get("content", {}).values()), {})
    schema = content.get("schema", {})
    forms = schema.get("oneOf", [schema]) if schema else []
    return [_fields(components[form["$ref"].removeprefix(PREFIX)]) for form in forms if "$ref" in form]


def _fields(schema: Schema) -> list[dict[str, Any]]:
    needed = schema.get("required", [])
    return [
        {
            "name": name,
            "type": kind_of(each),
            "is_needed": name in needed,
            "default": _default(each),
        }
        for name, each in schema.get("properties", {}).items()
    ]


def _default(schema: Schema) -> str:
    value = schema.get("default")
    return "" if value in (None, "", []) else str(value).lower() if isinstance(value, bool) else str(value)


def _answer(status: str, told: dict[str, Any], components: dict[str, Schema]) -> dict[str, Any]:
    content = told.get("content", {})
    first: Schema = next(iter(content.values()), {})
    schema = first.get("schema", {})
    is_problem = "application/problem+json" in content
    return {
        "status": status,
        "words": prose(told["description"]),
        "type": Markup("") if is_problem or not content else _what(schema, next(iter(content)), components),
        "headers": list(told.get("headers", {})),
        "is_good": status < "400",
    }


def _what(schema: Schema, media_type: str, components: dict[str, Schema]) -> Markup:
    if media_type != "application/json":
        return escape(media_type)
    names = [each["$ref"].removeprefix(PREFIX) for each in schema.get("oneOf", [schema]) if "$ref" in each]
    operations = [components[name] for name in names if name.endswith("Operation") and name != "Operation"]
    if not operations:
        return kind_of(schema)
    results = Markup(" or ").join(
        dict.fromkeys(kind_of(each["properties"]["result"]["anyOf"][0]) for each in operations)
    )
    return Markup('<a href="#shape-Operation">Operation</a> with {}').format(results)


def _shape(name: str, schema: Schema) -> dict[str, Any]:
    values = ", ".join(str(value) for value in schema.get("enum", []))
    return {
        "name": name,
        "description": prose(schema.get("description", "")),
        "fields": _fields(schema),
        "kind": Markup("") if schema.get("properties") else escape(values) if values else kind_of({**schema}),
    }


def kind_of(schema: Schema) -> Markup:
    """A type in words, with links to shapes."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(PREFIX)
        return Markup('<a href="#shape-{0}">{0}</a>').format(name)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return Markup(" or ").join(kind_of(each) for each in schema[key])
    if "const" in schema:
        return escape(repr(schema["const"]))
    if "enum" in schema:
        return Markup(" · ").join(escape(str(value)) for value in schema["enum"][:VALUES_MAX])
    if schema.get("type") == "array":
        return Markup("list of ") + kind_of(schema.get("items", {}))
    if isinstance(schema.get("additionalProperties"), dict):
        return Markup("map of ") + kind_of(schema["additionalProperties"])
    return escape(" ".join([schema.get("format") or schema.get("type", "anything"), *_bounds(schema)]))


def _bounds(schema: Schema) -> Iterator[str]:
    low, high = schema.get("minimum", schema.get("exclusiveMinimum")), schema.get("maximum")
    if low is not None and high is not None:
        yield f"{low:,} to {high:,}"
    elif low is not None:
        yield f"from {low:,}"
    if "maxLength" in schema:
        yield f"of {schema['maxLength']:,} characters at most"


def prose(text: str) -> Markup:
    """Plain text with words of programs between backquotes."""
    marked = _CODE.sub(r"<code>\1</code>", str(escape(text)))
    return Markup(_EMPHASIS.sub(r"<em>\1</em>", marked))  # noqa: S704 - escaped before
