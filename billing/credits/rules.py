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
    """A usable balance that went from `before` to `after`; `lapsed` expired since somebody last looked.

    When credits expire, time takes them: the sweep finds `before` and `after` equal, and what lapsed beside them.
    """

    before: int
    after: int
    lapsed: int = 0

    def crosses(self, threshold: int) -> bool:
        """Whether the balance was at the threshold or above, and is below it now."""
        return self.after < threshold <= self.before + self.lapsed
