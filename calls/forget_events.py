"""Forget events past their time, and look once more at what could not be told."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from billing.events.forget import forget_deliveries, forget_old, try_again
from workers.wiring import Work

ROWS_MAX = 5_000
ROUNDS_MAX = 20


def forget_events(work: Work) -> None:
    """A bounded number of them, a transaction each for so many; the next tick takes the rest."""
    with work.database.transaction() as session:
        try_again(session)
    for forget in (forget_deliveries, forget_old):
        _in_rounds(work, forget)


def _in_rounds(work: Work, forget: Callable[[Session, int], int]) -> None:
    for _ in range(ROUNDS_MAX):
        with work.database.transaction() as session:
            forgotten = forget(session, ROWS_MAX)
        if forgotten < ROWS_MAX:
            break
