"""`a[b][0][c]=value`: the way Stripe's clients write nested parameters into a form body or a query string."""

from urllib.parse import parse_qsl

from sandbox.json_types import JsonObject

# more than any of Stripe's own requests needs; keeps hostile bodies cheap
FIELDS_MAX = 1_000
DEPTH_MAX = 10


class MalformedForm(ValueError):
    """The body is no form, or contradicts itself. The message names the field."""


def parse_form(body: str) -> JsonObject:
    """Nested dicts of strings. A list stays a dict with the keys "0", "1", ...; `key[]` takes the next free number.

    Raises MalformedForm.
    """
    fields: JsonObject = {}
    try:
        pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=FIELDS_MAX, errors="strict")
    except (ValueError, UnicodeDecodeError) as problem:
        raise MalformedForm(str(problem)) from problem
    for name, value in pairs:
        _place(fields, name, value)
    return fields


def _place(fields: JsonObject, name: str, value: str) -> None:
    *parents, last = _keys(name)
    here = fields
    for key in parents:
        here = here.setdefault(key or str(len(here)), {})
        if not isinstance(here, dict):
            raise MalformedForm(f"{name} is both a value and a group")
    here[last or str(len(here))] = value


def _keys(name: str) -> list[str]:
    head, *rest = name.split("[")
    if not head or any(not part.endswith("]") for part in rest) or len(rest) >= DEPTH_MAX:
        raise MalformedForm(f"not a parameter name: {name[:100]}")
    return [head, *(part[:-1] for part in rest)]
