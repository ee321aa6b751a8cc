"""Pure rules: which invoices a payer has named in what they wrote."""

import re
from collections.abc import Iterator

from billing.manual_payments.reference import number_in_reference

# blanks may stand between any two letters: people type groups of four, and banks break lines where they like
_REFERENCE = re.compile(r"R\s?F(?:\s?[0-9]){2}\s?I\s?N\s?V(?:\s?[0-9]){11,}", re.IGNORECASE | re.ASCII)
_NUMBER = re.compile(r"INV-?([0-9]{4})-?([0-9]{2})-?([0-9]{5,})", re.IGNORECASE | re.ASCII)
# a counter has rarely more than five figures; whoever pastes a page of them names nothing
_BREAKS_MAX = 40


def checked_numbers(reference: str, text: str) -> set[str]:
    """Numbers of invoices whose references have the right check digits, in a field of their own or in the text."""
    found = {number_in_reference(written) for written in (reference, *_written_in(text))}
    return {number for number in found if number is not None}


def unchecked_numbers(reference: str, text: str) -> set[str]:
    """Numbers that stand there as they are, or in a reference that was mistyped: a guess."""
    written = f"{reference} {text}"
    found = (*_NUMBER.findall(written), *_NUMBER.findall("".join(written.split())))
    return {f"INV-{year}-{month}-{counter}" for year, month, counter in found}


def _written_in(text: str) -> Iterator[str]:
    """Each text that may be a reference: figures that follow behind a blank may be of it or something else."""
    for found in _REFERENCE.finditer(text):
        ends = [match.start() for match in re.finditer(r"\s", found[0])]
        yield found[0]
        yield from (found[0][:end] for end in ends[-_BREAKS_MAX:])
