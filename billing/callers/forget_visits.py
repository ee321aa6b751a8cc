"""Forget who could open the portal and who was in it, some time after."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from billing.callers.tables import PortalLink, PortalSession
from billing.clocks.duty import AllAtOnce
from billing.clocks.timelines import Timeline

# long enough to answer who was in the portal when something was done there
VISITS_KEPT = timedelta(days=90)


def forget_visits(session: Session, timeline: Timeline, rows_max: int) -> int:
    """Remove links and sessions that ended so long ago; how many there were. They live by the wall clock."""
    if timeline.clock_id is not None:
        return 0
    before = timeline.now - VISITS_KEPT
    links = select(PortalLink.id).where(PortalLink.expires_at < before).limit(rows_max)
    visits = select(PortalSession.id).where(PortalSession.ends_at < before).limit(rows_max)
    removed = (
        delete(PortalLink).where(PortalLink.id.in_(links)).returning(PortalLink.id),
        delete(PortalSession).where(PortalSession.id.in_(visits)).returning(PortalSession.id),
    )
    options = {"synchronize_session": False}
    return sum(len(session.scalars(each, execution_options=options).all()) for each in removed)


VISITS_END = AllAtOnce("forget_visits", forget_visits, rows_max=1_000)
