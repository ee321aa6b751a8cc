"""Move a test clock on to the next instant at which something falls due."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.agenda.outlook import Outlook, outlooks
from billing.clocks.states import arrive, move
from billing.clocks.tables import TestClock


def move_on(session: Session, seen: Outlook) -> bool:
    """Let the clock stand at `seen.next_at`, or be done where it has arrived; false when that is not yet right.

    It is right when all is quiet, nothing is due at the present instant, and nothing has changed since `seen`, after
    which the caller has done what was due. Of several workers one moves it; the others find it moved.
    """
    if not seen.is_quiet or seen.is_due_now:
        return False
    # no other worker can move it now; that is all the lock is for: accounts may still be put on the clock
    locked = select(TestClock).where(TestClock.id == seen.clock_id)
    clock = session.scalar(locked.with_for_update(skip_locked=True, key_share=True))
    if clock is None or outlooks(session, seen.clock_id) != [seen]:
        return False
    if seen.is_arriving:
        arrive(clock)
        return True
    move(clock, seen.next_at, clock.target_at)
    return True
