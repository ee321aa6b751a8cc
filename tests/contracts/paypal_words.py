"""Words in which the shape of an answer is described, and what all of PayPal's answers are made of."""

from typing import Any

Json = dict[str, Any]

CURRENCY = "[A-Z]{3}"


def text(pattern: str = ".+") -> Json:
    """A string of this pattern."""
    return {"type": "string", "pattern": f"^({pattern})$"}


def one_of(*words: str) -> Json:
    """One of a few words."""
    return {"enum": list(words)}


def list_of(item: Json) -> Json:
    """A list with members."""
    return {"type": "array", "minItems": 1, "items": item}


def closed(optional: Json | None = None, **required: Json) -> Json:
    """An object that has these fields, may have those, and no others."""
    properties = {**required, **(optional or {})}
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


WHOLE: Json = {"type": "integer"}
ID = text("[0-9A-Z]{17}")
ACCOUNT = text("[2-9A-HJ-NP-Z]{13}")
MOMENT = text(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
MONEY = closed(currency_code=text(CURRENCY), value=text(r"-?\d+(\.\d\d)?"))
LINK = closed(href=text("https?://.+"), rel=text("[a-z_-]+"), method=one_of("GET", "POST", "PUT", "PATCH", "DELETE"))
LINKS = list_of(LINK)
MINIMAL = closed(id=text("[0-9A-Z-]+"), status=text("[A-Z_]+"), links=LINKS)
