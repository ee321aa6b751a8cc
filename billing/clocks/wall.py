"""The wall clock's time, as a type of its own."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Wall:
    """An instant on the wall clock, UTC.

    Deliberately no datetime: an account on a test clock lives at another time, and whoever has only this must ask for
    that (`timelines.now_of`) before anything is dated. `at` is for what happens at the wall clock's time whoever it
    concerns: conversations with gateways.
    """

    at: datetime
