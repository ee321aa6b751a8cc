"""What an area does by the calendar, declared where the area is: what is due, how it is done, how much at once.

Sweeps, test clocks and their outlook read the one list of them, see `billing.agenda`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from billing.clocks.timelines import Timeline


@dataclass(frozen=True, slots=True)
class OneByOne:
    """Each row in a transaction of its own: what goes wrong with one holds up no other.

    `find` gives at most `rows_max` ids that are due on a timeline; `act` is false when there was nothing to do.
    """

    name: str
    find: Callable[[Session, Timeline, int], Sequence[UUID]]
    act: Callable[[Session, UUID, datetime], bool]
    rows_max: int
    next_at: str = ""
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class AllAtOnce:
    """Rows by the hundred in one transaction, again until fewer than `rows_max` were due, `rounds_max` times at most.

    A sweep leaves them until `grace` after they fell due; on a test clock, where nothing else is on its way, they have
    none.
    """

    name: str
    act: Callable[[Session, Timeline, int], int]
    rows_max: int
    rounds_max: int = 1
    grace: timedelta = timedelta(0)
    next_at: str = ""
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class InBatches:
    """Rows that are locked, decided and written together; a batch that fails is halved, the bad one set aside.

    `set_aside` takes the id, the traceback and the account's time.
    """

    name: str
    claim: Callable[[Session, Timeline, int], Sequence[UUID]]
    claim_these: Callable[[Session, Timeline, Sequence[UUID]], Sequence[UUID]]
    act: Callable[[Session, Sequence[UUID], datetime], None]
    set_aside: Callable[[Session, UUID, str, datetime], None]
    rows_max: int
    rounds_max: int
    next_at: str = ""
    is_last: bool = False


# `next_at` is the instant at which something falls due next on a test clock: an SQL expression about `clock`, a row of
# `test_clocks`; empty where that follows from something else. `is_last`: done when nothing else is due any more.
Duty = OneByOne | AllAtOnce | InBatches
