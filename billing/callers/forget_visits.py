"""Forget who could open the portal or the console, who was in them and who asked to be, some time after."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from billing.callers.park import PARKED_FOR
from billing.callers.tables import (
    AccountLook,
    ParkedForm,
    PortalLink,
    PortalSession,
    SignIn,
    StaffLink,
    StaffParkedForm,
    StaffSession,
)
from billing.clocks.duty import AllAtOnce
from billing.clocks.timelines import Timeline

# long enough to answer who was in the portal when something was done there
VISITS_KEPT = timedelta(days=90)
# long enough to count them: what they are good for is over within the hour
SIGN_INS_KEPT = timedelta(days=1)


def forget_visits(session: Session, timeline: Timeline, rows_max: int) -> int:
    """Remove links and sessions that ended so long ago, and what lived for minutes; how many there were.

    They live by the wall clock.
    """
    if timeline.clock_id is not None:
        return 0
    before = timeline.now - VISITS_KEPT
    gone = (PortalLink, PortalLink.expires_at, before), (PortalSession, PortalSession.ends_at, before)
    gone_of_staff = (StaffLink, StaffLink.expires_at, before), (StaffSession, StaffSession.ends_at, before)
    looks = AccountLook, AccountLook.ends_at, before
    asked = SignIn, SignIn.created_at, timeline.now - SIGN_INS_KEPT
    typed = timeline.now - PARKED_FOR
    parked = (ParkedForm, ParkedForm.created_at, typed), (StaffParkedForm, StaffParkedForm.created_at, typed)
    removed = 0
    for table, ends_at, end in (*gone, *gone_of_staff, looks, asked, *parked):
        over = select(table.id).where(ends_at < end).limit(rows_max)
        statement = delete(table).where(table.id.in_(over)).returning(table.id)
        removed += len(session.scalars(statement, execution_options={"synchronize_session": False}).all())
    return removed


VISITS_END = AllAtOnce("forget_visits", forget_visits, rows_max=1_000)
