"""What JSON Schema can say of our types beyond pydantic: for the API's document, and whoever makes requests from it."""

from typing import Any

from pydantic import Field

# the blanks that are cut off at both ends of a text
_BLANK = r"[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
# Of the characters that are refused: controls, ends of lines, what turns the writing around. Of those that can be
# seen: letters and the like. The rest is said in words, as no pattern that every language reads can say it.
_REFUSED = r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069"
LINE_PATTERN = rf"^{_BLANK}*[^{_REFUSED}]*{_BLANK}*$"
NAME_PATTERN = rf"^{_BLANK}*[^{_REFUSED}]*[!-~\xa1-\xac\xae-\u02ff][^{_REFUSED}]*{_BLANK}*$"
COMPONENT = "x-component"


def shape(example: Any = None, *, component: str | None = None, **keywords: Any) -> Any:
    """Keywords of JSON Schema for a type, and an example. `component` names it where it is shown once for all."""
    extra: dict[str, Any] = dict(keywords)
    if example is not None:
        extra["examples"] = [example]
    if component is not None:
        extra[COMPONENT] = component
    return Field(json_schema_extra=extra)


def has(field: str, kind: str) -> dict[str, Any]:
    """An object that has this field, and not as null."""
    return {"required": [field], "properties": {field: {"type": kind}}}


def never_null(*fields: str) -> dict[str, Any]:
    """An object that may leave these fields out, and has none of them as null."""
    return {"properties": {field: {"not": {"type": "null"}} for field in fields}}
