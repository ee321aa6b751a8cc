"""All texts within facts, each with the place it stands at."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass


def texts_of(facts: object, place: str = "") -> Iterator[tuple[str, str]]:
    """(place, text), as `buyer.name` or `lines.2.description`."""
    if isinstance(facts, str):
        yield place, facts
    elif isinstance(facts, tuple):
        for number, part in enumerate(facts, start=1):
            yield from texts_of(part, f"{place}.{number}")
    elif is_dataclass(facts):
        for each in fields(facts):
            yield from texts_of(getattr(facts, each.name), f"{place}.{each.name}" if place else each.name)
