"""Sites, users and credits: what is in use, and at most; of reports the one that was counted last stays."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from billing.limits.queries import show_limits
from billing.limits.report import PASSED, report_counts
from billing.usage.consume import consume_credits
from database.untold import UntoldChange
from schemas.commands.limits import ReportCounts
from schemas.views.limits import LimitsView
from tests.billing.subscribers import Books, utc

APRIL = utc("2026-04-01 10:00")
MID = utc("2026-04-16 10:00")


def _report(books: Books, account_id: UUID, at: datetime = MID, **counts: int) -> LimitsView:
    command = ReportCounts.model_validate({"account_id": account_id, "counted_at": at, **counts})
    with books.database.transaction() as session:
        return report_counts(session, command, MID)


def _told(books: Books) -> list[tuple[str, int]]:
    with books.database.transaction() as session:
        told = session.scalars(select(UntoldChange.after).where(UntoldChange.kind == "told").order_by(UntoldChange.id))
        return [(each["data"]["limit"], each["data"]["used"]) for each in told if each["type"] == PASSED]


def test_before_anything_is_known_nothing_is_said_to_be_in_use(books: Books) -> None:
    account_id = books.open()
    with books.database.transaction() as session:
        limits = show_limits(session, account_id, MID)
    assert (limits.sites.used, limits.sites.most, limits.sites.is_over) == (None, 0, False)
    assert (limits.credits.used, limits.credits.most) == (0, 0)
    assert limits.credits.since == utc("2026-04-01 00:00")


def test_a_plan_says_how_much_there_may_be(books: Books, ada: UUID, april: UUID) -> None:
    limits = _report(books, ada, sites=1, users=4)
    assert (limits.sites.used, limits.sites.most, limits.sites.is_over) == (1, 1, False)
    assert (limits.users.used, limits.users.most, limits.users.is_over) == (4, 3, True)
    assert _told(books) == [("users", 4)]


def test_credits_that_were_used_count_since_the_period_began(books: Books, ada: UUID, april: UUID) -> None:
    with books.database.transaction() as session:
        consume_credits(session, ada, 120, "operation/1", "", MID)
        credits = show_limits(session, ada, MID).credits
    assert (credits.used, credits.left, credits.most) == (120, 380, 500)
    assert credits.since == APRIL


def test_of_two_reports_the_one_that_was_counted_later_stays(books: Books, ada: UUID, april: UUID) -> None:
    _report(books, ada, MID, sites=3)
    late = _report(books, ada, MID - timedelta(minutes=1), sites=9, users=2)
    assert (late.sites.used, late.sites.counted_at) == (3, MID)
    assert (late.users.used, late.users.counted_at) == (2, MID - timedelta(minutes=1)), "each count has its own time"
    assert _report(books, ada, MID, sites=8).sites.used == 3, "at the same instant the first stays"


def test_passing_a_limit_is_told_once_each_time(books: Books, ada: UUID, april: UUID) -> None:
    for minute, sites in enumerate((1, 2, 3, 1, 5)):
        _report(books, ada, MID + timedelta(minutes=minute), sites=sites)
    assert _told(books) == [("sites", 2), ("sites", 5)]


def test_a_report_says_something() -> None:
    with pytest.raises(ValueError, match="must have sites, or users"):
        ReportCounts.model_validate({"account_id": "0190a1b2-0000-7000-8000-000000000000", "counted_at": MID})
