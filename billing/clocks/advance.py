"""Advance a test clock: say where its time is to go. Going there is `move_on`, step by step."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from billing.clocks.queries import get_clock
from billing.clocks.states import move
from billing.clocks.tables import TestClock
from billing.errors import Rejected

# Two years of monthly renewals are a minute or two of work; whoever needs more calls again.
ADVANCE_MAX = timedelta(days=731)


def advance_clock(session: Session, clock_id: UUID, target: datetime) -> TestClock:
    """Let time go on until `target`, to the whole second; a clock that is on its way goes further. Returns the clock.

    It is on its way until everything that falls due at `target` is done as well, also when it stands there already.
    Raises Rejected `test_clock_not_found`, `clock_goes_back` for a target before the present one, and
    `clock_goes_too_far` for one more than two years after the clock's present time.
    """
    clock = get_clock(session, clock_id)
    session.refresh(clock, with_for_update={"key_share": True})
    target = target.replace(microsecond=0)
    if target < clock.target_at:
        detail = f"The clock is at or on its way to {clock.target_at.isoformat()}."
        raise Rejected("clock_goes_back", detail, status=409)
    if target - clock.frozen_at > ADVANCE_MAX:
        raise Rejected("clock_goes_too_far", "A clock is advanced by two years at most at a time.")
    move(clock, clock.frozen_at, target)
    return clock
