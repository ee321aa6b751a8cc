"""Pure rules about credits."""

from collections.abc import Sequence


def spread(amount: int, remaining: Sequence[int]) -> list[int]:
    """How much to take from each grant, in the given order, to make up `amount`; less in total when they run out."""
    taken = []
    for available in remaining:
        share = min(amount, available)
        taken.append(share)
        amount -= share
    return taken
