"""Text as banks have it, as it is kept: in one line, without what cannot be printed, and not without end."""

import re

# SWIFT and SEPA carry 140 letters of the payer's, some banks add as much again
TEXT_LENGTH_MAX = 1_000
NAME_LENGTH_MAX = 140
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")
# what banks write where there is no reference
_NONE_GIVEN = frozenset({"NONREF", "NOTPROVIDED"})


def one_line(text: str | None, length_max: int = TEXT_LENGTH_MAX) -> str:
    """In one line; empty for None. The end of a longer one is left out."""
    return " ".join(_UNPRINTABLE.sub(" ", text or "").split())[:length_max]


def without_blanks(text: str | None) -> str:
    """An account or a reference, in capitals and without blanks."""
    return "".join(one_line(text, NAME_LENGTH_MAX).split()).upper()


def given_reference(text: str | None) -> str:
    """A reference, in capitals and without blanks; empty for a word that stands for none."""
    reference = without_blanks(text)
    return "" if reference in _NONE_GIVEN else reference
