"""Work in sets: a batch that fails is halved until the bad one stands alone, and all others pass."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from database.weather import is_weather

Item = TypeVar("Item")


def in_halves(
    items: Sequence[Item], act: Callable[[Sequence[Item]], object], alone: Callable[[Item, Exception], None]
) -> None:
    """Act on all at once; where that fails, on each half, down to `alone` with the one that fails by itself.

    `act` does all of its items or none. Weather passes through: it is no item's fault.
    """
    try:
        act(items)
    except Exception as error:
        if is_weather(error):
            raise
        if len(items) == 1:
            alone(items[0], error)
            return
        middle = len(items) // 2
        for half in (items[:middle], items[middle:]):
            in_halves(half, act, alone)
