"""Notices that the calendar calls for: trials that end, cards that expire."""

from billing.clocks.timelines import Timeline, timelines
from billing.notices.card_expiring import notice_card_expiring
from billing.notices.trial_ending import notice_trial_ending
from database.upkeep import begin_period
from schemas.messages import NoticeCards
from workers.task import doorway
from workers.wiring import Work

# One tick stages so many of each kind and timeline, the next one the rest.
NOTICES_MAX = 2_000
NOTICES = (notice_trial_ending, notice_card_expiring)


@doorway(NoticeCards)
def notice(work: Work, message: NoticeCards) -> None:
    """Look at every timeline once per period."""
    with work.database.transaction() as session:
        if not begin_period(session, message.task, message.interval_seconds):
            return
    sweep_notices(work)


def sweep_notices(work: Work) -> int:
    """Stage every notice that is due on any timeline, a bounded number of each; how many."""
    with work.database.transaction() as session:
        courses = timelines(session, work.now())
    return sum(notice_timeline(work, timeline) for timeline in courses)


def notice_timeline(work: Work, timeline: Timeline) -> int:
    """Stage what is due on one timeline; how many."""
    with work.database.transaction() as session:
        return sum(notice_due(session, timeline, NOTICES_MAX) for notice_due in NOTICES)
