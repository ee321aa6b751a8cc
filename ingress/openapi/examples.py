"""An example of what a schema describes: with every field that has to be there, and nothing more."""

import json
from typing import Any

from ingress.openapi.shapes import PREFIX, Schema

BY_FORMAT = {"uuid": "01a200c9-bd39-797e-8f24-39fd3e35fcf8", "date-time": "2026-01-31T10:00:00Z", "date": "2026-01-31"}
BY_TYPE: dict[str, Any] = {"boolean": False, "object": {}, "array": [], "null": None, "string": "text"}


def example_of(schema: Schema, components: dict[str, Schema]) -> Any:
    """A value, as JSON has it."""
    if "$ref" in schema:
        return example_of(components[schema["$ref"].removeprefix(PREFIX)], components)
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    for key in ("examples", "enum"):
        if key in schema:
            return schema[key][0]
    if schema.get("properties") and "type" in schema:
        return _object(schema, components)
    for key in ("oneOf", "anyOf"):
        if key in schema:
            return example_of(schema[key][0], components)
    if schema.get("pattern", "").startswith("^[0-9a-f]{64}"):
        return "0" * 64
    if schema.get("type") == "integer":
        return max(1, schema.get("minimum", 1))
    return BY_FORMAT.get(schema.get("format", ""), BY_TYPE[schema.get("type", "object")])


def _object(schema: Schema, components: dict[str, Schema]) -> Any:
    first: Schema = next(iter(schema.get("oneOf", [])), {})
    needed = [*schema.get("required", []), *first.get("required", [])]
    properties = schema["properties"]
    return {name: example_of(_not_null(properties[name]), components) for name in needed if name in properties}


def _not_null(schema: Schema) -> Schema:
    return next((each for each in schema.get("anyOf", []) if each.get("type") != "null"), schema)


def curl_of(method: str, path: str, told: dict[str, Any], components: dict[str, Schema]) -> str:
    """A line for a shell in which API and KEY are set."""
    needed = [each["name"] for each in told.get("parameters", []) if each.get("in") == "query" and each.get("required")]
    query = "?" + "&".join(f"{name}=${name.upper()}" for name in needed) if needed else ""
    shown = path.replace("{", "$").replace("}", "")
    words = ["curl", f'"$API{shown}{query}"']
    if told.get("security"):
        words.append('-H "Authorization: Bearer $KEY"')
    if any("$ref" in each for each in told.get("parameters", [])):
        words.append("-H 'Idempotency-Key: 1' -H 'Prefer: wait=10'")
    content = told.get("requestBody", {}).get("content", {})
    has_body = "application/json" in content and bool(told.get("security"))
    if has_body:
        body = json.dumps(example_of(content["application/json"]["schema"], components))
        words.append(f"-d '{body}'")
    # what curl does by itself need not be said
    if method != ("POST" if has_body else "GET"):
        words.insert(1, f"-X {method}")
    return " ".join(words)
