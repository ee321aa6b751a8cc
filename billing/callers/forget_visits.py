"""Forget who could open the portal or the console and who was in them, some time after."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from billing.callers.tables import PortalLink, PortalSession, StaffLink, StaffSession
from billing.clocks.duty import AllAtOnce
from billing.clocks.timelines import Timeline

# long enough to answer who was in the portal when something was done there
VISITS_KEPT = timedelta(days=90)


def forget_visits(session: Session, timeline: Timeline, rows_max: int) -> int:
    """Remove links and sessions that ended so long ago; how many there were. They live by the wall clock."""
    if timeline.clock_id is not None:
        return 0
    before = timeline.now - VISITS_KEPT
    gone = (PortalLink, PortalLink.expires_at), (PortalSession, PortalSession.ends_at)
    gone_of_staff = (StaffLink, StaffLink.expires_at), (StaffSession, StaffSession.ends_at)
    removed = 0
    for table, ends_at in (*gone, *gone_of_staff):
        over = select(table.id).where(ends_at < before).limit(rows_max)
        statement = delete(table).where(table.id.in_(over)).returning(table.id)
        removed += len(session.scalars(statement, execution_options={"synchronize_session": False}).all())
    return removed


VISITS_END = AllAtOnce("forget_visits", forget_visits, rows_max=1_000)
