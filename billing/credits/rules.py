"""Pure rules about credits."""

from collections.abc import Sequence
from dataclasses import dataclass


def spread(amount: int, remaining: Sequence[int]) -> list[int]:
    """How much to take from each grant, in the given order, to make up `amount`; less in total when they run out."""
    taken = []
    for available in remaining:
        share = min(amount, available)
        taken.append(share)
        amount -= share
    return taken


@dataclass(frozen=True, slots=True)
class Fall:
    """A usable balance that went from `before` to `after`; `lapsed` credits expired since somebody last looked.

    Credits that expire are gone from the usable balance before any sweep comes by: it finds `before` and `after` equal,
    and tells by `lapsed` how much higher the balance was.
    """

    before: int
    after: int
    lapsed: int = 0

    def crosses(self, threshold: int) -> bool:
        """Whether the balance was at the threshold or above, and is below it now."""
        return self.after < threshold <= self.before + self.lapsed
