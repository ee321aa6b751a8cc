"""Two who want the same rows at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.orm import Session

from database.engine import Database
from tests.billing.waiting import count_waiting
from tests.scenarios.storytelling import eventually

Step = Callable[[Session], object]


def at_once(database: Database, first: Step, then: Step, other: Step) -> None:
    """Do the first; while its locks are held somebody else does the other; then go on, in the same transaction.

    Raises what either raises, a deadlock for one.
    """
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            first(session)
            session.flush()
            started = pool.submit(_do, database, other)
            eventually(lambda: started.done() or count_waiting(database), "the other to come to a lock")
            then(session)
        started.result()


def _do(database: Database, step: Step) -> None:
    with database.transaction() as session:
        step(session)
