"""Pure rules: when two entries of files are one entry of the bank."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

from schemas.facts.statements import BankLine


class Numbered(NamedTuple):
    """A line, the entry that it is a part of, and the how-manieth equal entry of its day that is."""

    line: BankLine
    identity: str
    occurrence: int


def numbered(lines: Sequence[BankLine]) -> Iterator[Numbered]:
    """The lines of one file, in its order. A file has its days as a whole, so a day's equal entries count up alike."""
    seen: Counter[str] = Counter()
    for parts in _entries(lines):
        identity = identity_of(*parts)
        seen[identity] += 1
        for line in parts:
            yield Numbered(line, identity, seen[identity])


def identity_of(*parts: BankLine) -> str:
    """The bank's own reference is the same in every format; without one the entry is all that the file says of it."""
    first = parts[0]
    of_entry = [first.account, first.booked_on.isoformat(), first.entry_minor, first.currency]
    told = [[each.reference, each.text, each.payer, each.payer_account, each.is_reversal] for each in parts]
    said = [first.bank_ref] if first.bank_ref else told
    return sha256(json.dumps([*of_entry, bool(first.bank_ref), *said]).encode()).hexdigest()


def _entries(lines: Sequence[BankLine]) -> Iterator[list[BankLine]]:
    parts: list[BankLine] = []
    for line in lines:
        if line.part == 1 and parts:
            yield parts
            parts = []
        parts.append(line)
    if parts:
        yield parts
