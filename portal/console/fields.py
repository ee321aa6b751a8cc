"""Fields of forms, and what they say: whole numbers and amounts are typed as people write them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from portal.staging import FormErrors
from schemas.currencies import exponent

Kind = Literal["text", "whole", "amount", "day", "moment", "choice", "hidden"]
_AMOUNT = re.compile(r"\d{1,12}(?:[.]\d{1,3})?", re.ASCII)
_WHOLE = re.compile(r"\d{1,12}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form; `name` is the command's. `label`, `hint` and the words of `options` are catalogue keys."""

    name: str
    label: str = ""
    kind: Kind = "text"
    hint: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    is_needed: bool = True


def as_said(fields: tuple[Field, ...], typed: Mapping[str, str], currency: str) -> dict[str, Any]:
    """What a command is told of these fields; what is empty is left out. Raises FormErrors for what is no number."""
    said: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for each in fields:
        text = typed.get(each.name, "").strip()
        if not text:
            continue
        try:
            said[each.name] = _as_said(each.kind, text, currency)
        except ValueError as error:
            errors[each.name] = str(error)
    if errors:
        raise FormErrors(errors)
    return said


def minor_of(text: str, currency: str) -> int:
    """An amount as people write it, with a point before its decimals, in minor units. Raises ValueError."""
    places = exponent(currency)
    if not _AMOUNT.fullmatch(text):
        raise ValueError("must be an amount like 12.50")
    minor = Decimal(text).scaleb(places)
    if minor != minor.to_integral_value():
        raise ValueError(f"has at most {places} decimals in {currency}")
    return int(minor)


def _as_said(kind: Kind, text: str, currency: str) -> Any:
    if kind == "amount":
        return minor_of(text, currency)
    if kind == "whole":
        if not _WHOLE.fullmatch(text):
            raise ValueError("must be a whole number")
        return int(text)
    if kind == "moment" and _DAY.fullmatch(text):
        return f"{text}T00:00:00Z"
    return text
