"""How fast a gateway is called, by all workers together: slots in time, given out by one row in PostgreSQL.

The generic cell rate algorithm without a burst: `free_at` is the first instant that nobody has reserved yet, and slots
lie 1/rate of a second apart. What nobody reserved in time is lost, so no pause is made up for by a flood.
"""

from datetime import timedelta

from sqlalchemy import Interval, bindparam, extract, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.payments.rate_tables import CallRate

# The wall clock inside a transaction; now() stands still at its begin, perhaps before a wait for the row.
_CLOCK = func.clock_timestamp()
_TAKEN = bindparam("taken", type_=Interval)

RESERVE = (
    insert(CallRate)
    .values(free_at=_CLOCK + _TAKEN)
    .on_conflict_do_update(
        index_elements=["gateway"],
        set_={"free_at": func.greatest(CallRate.free_at, _CLOCK) + _TAKEN},
        where=CallRate.free_at <= _CLOCK + bindparam("within", type_=Interval),
    )
    .returning(extract("epoch", CallRate.free_at - _TAKEN - _CLOCK))
)
PUSH_BACK = (
    insert(CallRate)
    .values(free_at=_CLOCK + bindparam("pause", type_=Interval))
    .on_conflict_do_update(
        index_elements=["gateway"],
        set_={"free_at": func.greatest(CallRate.free_at, _CLOCK + bindparam("pause", type_=Interval))},
    )
)


def reserve(session: Session, gateway: str, count: int, calls_per_second: float, within: timedelta) -> float | None:
    """Reserve so many slots in a row; the seconds until the first, the others follow 1/rate of a second apart.

    None, and nothing reserved, when the first one free is later than `within` from now. Commit at once: everybody else
    who calls the gateway waits for the row.
    """
    taken = timedelta(seconds=count / calls_per_second)
    asked = {"gateway": gateway, "taken": taken, "within": within}
    wait_seconds = session.connection().execute(RESERVE, asked).scalar_one_or_none()
    return None if wait_seconds is None else max(float(wait_seconds), 0.0)


def push_back(session: Session, gateway: str, seconds: float) -> None:
    """Let nobody reserve a slot for so many seconds: the gateway asked for it. A longer pause stays as it is."""
    session.connection().execute(PUSH_BACK, {"gateway": gateway, "pause": timedelta(seconds=seconds)})
