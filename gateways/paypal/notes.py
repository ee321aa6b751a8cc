"""Why a subscription is suspended. PayPal keeps one note of that with it, and so remembers for us what was wished.

PayPal cannot let a subscription end with its period: what is canceled there is over. Suspended it takes no payment any
more, whether or not anybody of ours is there at the end, and until then it can be taken up again without its owner.
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from gateways.paypal.shapes import instant, written


class Wish(StrEnum):
    """What was asked for."""

    END = "Ends with its period"
    PAUSE = "Paused"


class Note(NamedTuple):
    """The wish, and until when everything was paid then."""

    wish: Wish
    paid_until: datetime


def note_text(note: Note) -> str:
    """At most 128 characters, which the owner may see as well."""
    return f"{note.wish}, paid until {written(note.paid_until)}"


def note_of(text: str) -> Note | None:
    """The same, read again; None for a note that is none of ours."""
    wish, _, paid_until = text.partition(", paid until ")
    try:
        return Note(Wish(wish), instant(paid_until))
    except ValueError:
        return None
