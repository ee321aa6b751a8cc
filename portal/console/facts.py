"""What pages tell of a thing, a value each."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Fact:
    """A label, which is a catalogue key, and one of the others: a text, an amount of a currency, a count, an instant.

    With `href` it is a link.
    """

    label: str
    text: str = ""
    minor: int | None = None
    currency: str = ""
    count: int | None = None
    at: datetime | None = None
    href: str = ""
