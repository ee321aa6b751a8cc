"""How people pay what they owe by bank transfer: in time, late, in parts, or never. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from random import Random

from simulation.plan import DAY

# Days after the invoice was issued; it is due after fourteen, and its subscription ends another fourteen later. The
# last part may come on the last day before that.
IN_TIME, LATE = (1, 13), (15, 27)
FIRST_PART, LAST_PART = (2, 10), (12, 27)
# the first part is a third
FIRST_SHARE = 3


class Habit(StrEnum):
    """What somebody who pays by transfer is like."""

    IN_TIME = "in_time"
    LATE = "late"
    IN_PARTS = "in_parts"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Owed:
    """An invoice that waits for a transfer, in minor units of `currency`, and the reference to pay it under."""

    account_id: str
    reference: str
    issued_at: datetime
    total_minor: int
    left_minor: int
    currency: str


def paid_today(habit: Habit, dice: Random, at: datetime, owed: Owed) -> int:
    """How much they transfer on the day that begins at `at`, in minor units; 0 for nothing.

    `dice` is the same on each day of an invoice: their mind is made up when it comes.
    """
    days = (at - owed.issued_at) // DAY
    first, last = dice.randint(*FIRST_PART), dice.randint(*LAST_PART)
    in_time, late = dice.randint(*IN_TIME), dice.randint(*LATE)
    if habit is Habit.NEVER:
        return 0
    if habit is Habit.IN_PARTS:
        if owed.left_minor == owed.total_minor and days < last:
            # two halves within days may be one payment that was told of twice, and would wait for a person
            return owed.total_minor // FIRST_SHARE if days >= first else 0
        return owed.left_minor if days >= last else 0
    return owed.left_minor if days >= (in_time if habit is Habit.IN_TIME else late) else 0
