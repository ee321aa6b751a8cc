"""PayPal's own OpenAPI descriptions, as a judge of answers, where they are at hand.

PayPal publishes them at https://github.com/paypal/paypal-rest-api-specifications, under a licence of its own and in no
package, so that they are no part of this repository: `PAYPAL_OPENAPI` names the folder they lie in. Without it answers
are held to the description of our own alone (`paypal_shapes`). Objects may have no property that PayPal does not know.
"""

import json
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

Json = dict[str, Any]

FOLDER = os.environ.get("PAYPAL_OPENAPI", "")
# those that mean the same in both dialects; a maximal length is left out, since it is the vendor's own to keep
KEYWORDS = ("type", "enum", "required", "minItems", "maxItems", "pattern")
PROBLEMS_SHOWN_MAX = 5
# what PayPal's reference has for one call, and its description for another one or not at all
UNDESCRIBED_ISSUES = frozenset(
    [
        "ACTION_DOES_NOT_MATCH_INTENT",
        "NOT_SUPPORTED",
        "PAYPAL_REQUEST_ID_PREVIOUSLY_USED",
        "PLAN_STATUS_INVALID",
        "SUBSCRIPTION_CANNOT_HAVE_QUANTITY",
        "SUBSCRIPTION_STATUS_INVALID",
        "TOKEN_ID_NOT_FOUND",
    ]
)
UNDESCRIBED_STATUSES = (405, 413, 429)
# the first version of the API, of which sales are left, is published in prose alone
UNDESCRIBED_PATHS = ("/v1/oauth2/", "/v1/payments/")


class ContractViolation(AssertionError):
    """What was answered is not what PayPal's API description says."""


def validate_response(method: str, path: str, status: int, body: object) -> None:
    """Hold an answer to the description of its path and status, if the descriptions are at hand."""
    if not FOLDER or status in UNDESCRIBED_STATUSES or _is_undescribed(path, body):
        return
    described, responses = _operation(method, path)
    answer = responses.get(str(status)) or responses["default"]
    answer = _resolved(described, answer)
    if "content" not in answer:
        assert not body
        return
    schema = _closed(described, answer["content"]["application/json"]["schema"])
    problems = list(Draft202012Validator(schema).iter_errors(body))
    if problems:
        told = "; ".join(f"{each.json_path}: {each.message[:300]}" for each in problems[:PROBLEMS_SHOWN_MAX])
        raise ContractViolation(f"{method} {path} -> {status}: {told}")


def _is_undescribed(path: str, body: object) -> bool:
    return path.startswith(UNDESCRIBED_PATHS) or (isinstance(body, dict) and "error" in body)


def _operation(method: str, path: str) -> tuple[Json, Json]:
    for described in descriptions():
        for template, operations in described["paths"].items():
            if re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)), path.partition("?")[0].rstrip("/")):
                operation = operations.get(method.lower())
                if operation:
                    return described, operation["responses"]
    raise ContractViolation(f"PayPal has no {method} {path}")


@lru_cache(maxsize=1)
def descriptions() -> list[Json]:
    """All that are at hand."""
    return [json.loads(path.read_text()) for path in sorted(Path(FOLDER).glob("*.json"))]


def _resolved(described: Json, schema: Json) -> Json:
    while "$ref" in schema:
        found: Any = described
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def _closed(described: Json, schema: Json) -> Json:
    """OpenAPI's dialect in JSON Schema: references, `allOf` as one object, and that closed to unknown properties."""
    schema = _resolved(described, schema)
    plain: Json = {name: schema[name] for name in KEYWORDS if name in schema}
    if "oneOf" in schema or "anyOf" in schema:
        choices = [*schema.get("oneOf", ()), *schema.get("anyOf", ())]
        plain["anyOf"] = [_closed(described, each) for each in choices]
    if "items" in schema:
        plain["items"] = _closed(described, schema["items"])
    properties = _properties(described, schema)
    if properties:
        plain["properties"] = {name: _closed_once(described, name, each) for name, each in properties.items()}
        plain["additionalProperties"] = False
    return plain


def _closed_once(described: Json, name: str, schemas: list[Json]) -> Json:
    if name == "details":
        return _details(described, schemas)
    return _closed(described, schemas[0])


def _properties(described: Json, schema: Json) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    for part in schema.get("allOf", ()):
        for name, schemas in _properties(described, _resolved(described, part)).items():
            found.setdefault(name, []).extend(schemas)
    for name, child in schema.get("properties", {}).items():
        found.setdefault(name, []).append(child)
    return found


def _details(described: Json, schemas: list[Json]) -> Json:
    """The details of an error: each of a known issue. Their texts may change, as PayPal says, and are not compared."""
    issues = set(re.findall(r"\"issue\": \{[^}]*?\"enum\": \[\"([A-Z_0-9]+)\"", json.dumps(schemas[1:])))
    common = next(each for each in schemas if "$ref" in each.get("items", {}))
    item = _closed(described, common["items"])
    if issues:
        item["properties"]["issue"] = {"enum": sorted(issues | UNDESCRIBED_ISSUES)}
    return {"type": "array", "items": item}


def documented_issues() -> frozenset[str]:
    """All issue names of all descriptions; none without them."""
    if not FOLDER:
        return frozenset()
    text = json.dumps(descriptions())
    return frozenset(re.findall(r"\"issue\": \{[^}]*?\"enum\": \[\"([A-Z_0-9]+)\"", text))
