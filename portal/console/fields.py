"""Fields of forms, and what they say: whole numbers and amounts are typed as people write them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from portal.staging import FormErrors
from schemas.currencies import exponent

Kind = Literal["text", "whole", "amount", "day", "moment", "choice", "lines", "hidden"]
_AMOUNT = re.compile(r"\d{1,12}(?:[.]\d{1,3})?", re.ASCII)
_WHOLE = re.compile(r"\d{1,12}", re.ASCII)
_SHARE = re.compile(r"\d{1,3}(?:[.]\d{1,4})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


# in the order in which a form has them: the first is what holds when nobody chooses
YES_OR_NO: Mapping[str, str] = {"no": "no", "yes": "yes"}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form; `name` is the command's. `label`, `hint` and the words of `options` are catalogue keys.

    `read` makes of what was typed what the command takes, where that is not by its `kind`; it raises ValueError. With
    `is_said_empty` the command is told of it also where it is empty: what stood there is taken away.
    """

    name: str
    label: str = ""
    kind: Kind = "text"
    hint: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    is_needed: bool = True
    read: Callable[[str], Any] | None = None
    is_said_empty: bool = False


def as_said(fields: tuple[Field, ...], typed: Mapping[str, str], currency: str) -> dict[str, Any]:
    """What a command is told of these fields; what is empty is left out. Raises FormErrors for what is no number."""
    said: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for each in fields:
        text = typed.get(each.name, "").strip()
        if not text and not each.is_said_empty:
            continue
        try:
            said[each.name] = each.read(text) if each.read else _as_said(each.kind, text, currency)
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


def typed_amount(minor: int, currency: str) -> str:
    """Minor units as people type them: what `minor_of` reads."""
    return f"{Decimal(minor).scaleb(-exponent(currency)):f}"


def millionths_of(text: str) -> int:
    """A share in per cent, as people write it, in parts per million. Raises ValueError."""
    if not _SHARE.fullmatch(text):
        raise ValueError("must be a share in per cent, like 12.5")
    return int(Decimal(text).scaleb(4))


def is_yes(text: str) -> bool:
    """Of a choice between yes and no. Raises ValueError."""
    if text not in YES_OR_NO:
        raise ValueError("must be yes or no")
    return text == "yes"


def unix_lines(text: str) -> str:
    """Several lines, as browsers send them, with the ends that we keep."""
    return text.replace("\r\n", "\n")


def words_of(text: str) -> list[str]:
    """Several words, apart by blanks or commas."""
    return text.replace(",", " ").split()


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
