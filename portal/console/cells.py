"""What is listed, as cells of a table for spreadsheets."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from portal.csv_file import Row
from schemas.currencies import exponent

_MINOR = "_minor"


def header_of(columns: tuple[str, ...]) -> list[str]:
    """What they are called: an amount without its unit, a part of something by its own name."""
    return [column.rpartition(".")[2].removesuffix(_MINOR) for column in columns]


def row_of(each: Any, columns: tuple[str, ...]) -> Row:
    """Its fields: amounts in the major unit of its currency, instants in UTC, several words beside each other."""
    return [_cell(each, column) for column in columns]


def _cell(each: Any, column: str) -> object:
    name, _, part = column.partition(".")
    value = getattr(each, name)
    if isinstance(value, Mapping):
        value = value.get(part)
    if column.endswith(_MINOR):
        return Decimal(value).scaleb(-exponent(each.currency))
    if isinstance(value, date):  # an instant is one, too
        return value.isoformat()
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "" if value is None else str(value)
