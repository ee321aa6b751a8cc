"""Stored text as a terminal may have it: what others wrote moves no cursor, hides nothing and forges no line."""

import re

LINE_LENGTH_MAX = 300
# controls but tabs and ends of lines, lone halves of a character, and what turns the direction of writing around
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_ENDS_OF_LINES = re.compile("[\t\n]")


def printable(text: str) -> str:
    """The same lines, what does not print as Python writes it: `\\x1b`."""
    return _UNPRINTABLE.sub(_escaped, text)


def printable_line(text: str) -> str:
    """One line, which nobody has to scroll through; the end of a longer one is left out."""
    line = _ENDS_OF_LINES.sub(_escaped, printable(text))
    return line if len(line) <= LINE_LENGTH_MAX else f"{line[:LINE_LENGTH_MAX]}..."


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()
