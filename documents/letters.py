"""Letters that no installed font has: a document with a box for a letter is worse than none."""

import logging
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from documents.texts import texts_of

# what WeasyPrint warns of while it draws, with the letter as its first argument
NO_GLYPH = ".notdef glyph"


class LettersMissing(Exception):
    """No installed font has these letters: the document is parked until one is installed, and nothing is sent.

    Names letters and places, never a whole text: those are the customer's.
    """

    def __init__(self, letters: Iterable[str], facts: object = None) -> None:
        self.letters = tuple(dict.fromkeys(letters))
        named = ", ".join(_named(letter, facts) for letter in self.letters)
        super().__init__(f"no installed font has {named}; `python stack/system_libraries.py` installs the world's")


class Listener(logging.Filter):
    """Hears which letters WeasyPrint finds in no font; lets errors alone pass: warnings quote customers' names."""

    def __init__(self) -> None:
        super().__init__()
        self.missing: list[str] = []

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is logged."""
        if str(record.msg).startswith(NO_GLYPH) and isinstance(record.args, tuple):
            self.missing.append(str(record.args[0]))
        return record.levelno >= logging.ERROR

    @contextmanager
    def require_all(self) -> Iterator[None]:
        """Raise LettersMissing at the end for what was heard meanwhile, whatever became of the document before."""
        self.missing.clear()
        yield
        if self.missing:
            raise LettersMissing(self.missing)


def _named(letter: str, facts: object) -> str:
    places = ", ".join(place for place, text in texts_of(facts) if letter in text)
    name = f"U+{ord(letter):04X} {unicodedata.name(letter, '')}".rstrip()
    return f"{name} (in {places})" if places else name
