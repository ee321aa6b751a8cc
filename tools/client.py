"""`make client`: the typed calls of the client package, made of the API's document."""

import json
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ingress.openapi.document import document

PACKAGE = Path(__file__).parents[1] / "client" / "cashbeat_client"
SHAPES, CALLS = PACKAGE / "shapes.py", PACKAGE / "calls.py"
PREFIX = "#/components/schemas/"
WORDS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
ANY_OBJECT = {"object": "dict[str, Any]"}
VALUES_MAX = 30  # a longer list of words, as that of all countries, is a text
# without a key they are for others than a product's server
SKIPPED_TAGS = {"Webhooks", "For operators", "Pages without a key", "This reference"}

SHAPES_HEAD = '''"""What the API takes and answers, by shape. Written by `make client`; texts are as JSON has them."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict
'''
CALLS_HEAD = '''"""Every call of the API, by its `operationId`. Written by `make client`.

Each only says what is asked for: `Cashbeat` and `AsyncCashbeat` send it.
"""

from typing import Any, Literal

from cashbeat_client import shapes
from cashbeat_client.call import LEFT_OUT, File, List, Query, Say, given
'''
Schema = dict[str, Any]
Fields = list[tuple[str, Schema]]


def main() -> None:
    """Write both anew."""
    told = document()
    SHAPES.write_text(shapes(told), encoding="utf-8")
    CALLS.write_text(calls(told), encoding="utf-8")
    print(f"{len(told['paths'])} paths are in {CALLS.relative_to(PACKAGE.parents[1])}")


def shapes(told: dict[str, Any]) -> str:
    """The module of shapes, as it has to be: of those that calls speak of."""
    components = told["components"]["schemas"]
    spoken_of = _reached(re.findall(r"shapes\.(\w+)", calls(told)), components)
    schemas = {name: components[name] for name in sorted(spoken_of)}
    # an alias stands before who uses it
    aliases = [f"{name} = {_alias(each)}" for name, each in schemas.items() if "properties" not in each]
    classes = [_class(name, each) for name, each in schemas.items() if "properties" in each]
    return _formatted("\n".join([SHAPES_HEAD, *aliases, *classes]))


def _reached(names: Iterable[str], components: dict[str, Schema]) -> set[str]:
    """These, and what their fields are made of."""
    found: set[str] = set()
    left = list(names)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += re.findall(rf'"{PREFIX}(\w+)"', json.dumps(components[name]))
    return found


def calls(told: dict[str, Any]) -> str:
    """The module of calls, as it has to be."""
    return _formatted("\n\n".join([CALLS_HEAD, *_functions(told)]))


def _alias(schema: Schema) -> str:
    values = schema.get("enum")
    if values and len(values) <= VALUES_MAX:
        return f"Literal[{', '.join(map(repr, values))}]"
    return kind_of(schema)


def _class(name: str, schema: Schema) -> str:
    needed = schema.get("required", [])
    lines = [f"class {name}(TypedDict):", f'    """{_told(schema.get("description") or name)}"""', ""]
    for field, each in schema["properties"].items():
        kind = kind_of(each)
        lines.append(f"    {field}: {kind if field in needed else f'NotRequired[{kind}]'}")
    return "\n".join(lines)


def _told(text: str) -> str:
    """The inside of a docstring at the depth of a class or a function: the first sentence, then what else there is."""
    first, dot, rest = " ".join(text.split()).replace('"', "'").partition(". ")
    parts = [f"{first}." if dot or not first.endswith(".") else first, rest]
    paragraphs = [textwrap.fill(part, 112, initial_indent="    ", subsequent_indent="    ") for part in parts if part]
    told = "\n\n".join(paragraphs).strip()
    return f"{told}\n    " if "\n" in told else told


def kind_of(schema: Schema, prefix: str = "") -> str:
    """A schema as a type of Python."""
    if "$ref" in schema:
        return prefix + str(schema["$ref"]).removeprefix(PREFIX)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return _either([kind_of(each, prefix) for each in schema[key]])
    if "const" in schema:
        return f"Literal[{schema['const']!r}]"
    if "enum" in schema and len(schema["enum"]) <= VALUES_MAX:
        return f"Literal[{', '.join(map(repr, schema['enum']))}]"
    if schema.get("type") == "array":
        return f"list[{kind_of(schema.get('items', {}), prefix)}]"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"dict[str, {kind_of(schema['additionalProperties'], prefix)}]"
    return {**WORDS, **ANY_OBJECT}.get(schema.get("type", ""), "Any")


def _either(kinds: Iterable[str]) -> str:
    return " | ".join(dict.fromkeys(kinds))


def _functions(told: dict[str, Any]) -> Iterator[str]:
    for path, methods in told["paths"].items():
        for method, each in methods.items():
            if each["tags"][0] not in SKIPPED_TAGS and not each.get("deprecated"):
                yield _function(method.upper(), path, each, told["components"]["schemas"])


def _function(method: str, path: str, told: dict[str, Any], schemas: dict[str, Schema]) -> str:
    in_path = [each["name"] for each in told.get("parameters", []) if each.get("in") == "path"]
    in_query = [each for each in told.get("parameters", []) if each.get("in") == "query" and each["name"] != "cursor"]
    needed, optional = _body(told, schemas)
    needed += [(each["name"], each["schema"]) for each in in_query if each["required"]]
    optional += [(each["name"], each["schema"]) for each in in_query if not each["required"]]
    fields = [name for name, _ in needed + optional if name not in {each["name"] for each in in_query}]
    parameters = [f"{name}: str" for name in in_path]
    named = [f"{name}: {kind_of(schema, 'shapes.')}" for name, schema in needed]
    named += [f"{name}: {kind_of(schema, 'shapes.')} = LEFT_OUT" for name, schema in optional]
    if named:
        parameters += ["*", *named]
    kind, shape = _answer(told, schemas)
    name = told["operationId"]
    text = f"{told['summary']}. {told.get('description', '')}".replace("..", ".")
    asked = ", ".join(f"{each['name']}={each['name']}" for each in in_query)
    body = "" if method == "GET" else f", given({', '.join(f'{field}={field}' for field in fields)})"
    where = f'f"{path}"' if in_path else f'"{path}"'
    made = f'{kind}("{method}", {where}, given({asked}){body})'
    returns = f"{kind}[{shape}]" if shape else kind
    return f'def {name}({", ".join(parameters)}) -> {returns}:\n    """{_told(text)}"""\n    return {made}'


def _body(told: dict[str, Any], schemas: dict[str, Schema]) -> tuple[Fields, Fields]:
    """The fields that have to be there, and the others; of several forms only what all need has to be."""
    schema = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if not schema:
        return [], []
    forms = [schemas[each["$ref"].removeprefix(PREFIX)] for each in schema.get("oneOf", [schema])]
    fields = {name: each for form in forms for name, each in form["properties"].items()}
    needed = [name for name in fields if all(name in form.get("required", []) for form in forms)]
    optional = [(name, each) for name, each in fields.items() if name not in needed]
    return [(name, fields[name]) for name in needed], optional


def _answer(told: dict[str, Any], schemas: dict[str, Schema]) -> tuple[str, str]:
    content = told["responses"]["200"]["content"]
    if "application/json" not in content:
        return "File", ""
    schema = content["application/json"]["schema"]
    if "202" in told["responses"]:
        forms = [schemas[each["$ref"].removeprefix(PREFIX)] for each in schema.get("oneOf", [schema])]
        results = [kind_of(form["properties"]["result"]["anyOf"][0], "shapes.") for form in forms]
        return "Say", _either(results)
    name = schema.get("$ref", "").removeprefix(PREFIX)
    if name.startswith("PageOf"):
        return "List", kind_of(schemas[name]["properties"]["data"]["items"], "shapes.")
    return "Query", kind_of(schema, "shapes.")


def _formatted(code: str) -> str:
    """As `make lint` wants it."""
    ruff = Path(sys.executable).with_name("ruff")
    command = [str(ruff), "format", "--no-cache", "--line-length", "120", "-"]
    done = subprocess.run(command, input=code, text=True, capture_output=True, check=True)
    return re.sub(r" +\n", "\n", done.stdout)


if __name__ == "__main__":
    main()
