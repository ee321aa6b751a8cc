"""The company's figures of a time, with a series for charts."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from billing.overview.figures import ACCOUNTS, SUBSCRIPTIONS, Figures, figures_of
from billing.overview.mrr import mrr_of, mrr_series
from schemas.views.dashboard import AccountFiguresView, DashboardBucketView, DashboardView

Part = Literal["day", "month"]


def show_dashboard(session: Session, since: datetime, until: datetime, by: Part, now: datetime) -> DashboardView:
    """Of `[since, until)`, both beginnings of such parts of UTC. Accounts on test clocks are in none of the figures."""
    parts = list(parts_of(since, until, by))
    figures = figures_of(session, since, until, by)
    counted = session.execute(ACCOUNTS).one()._mapping
    statuses = {str(status): count for status, count in session.execute(SUBSCRIPTIONS)}
    return DashboardView(
        since=since,
        until=until,
        by=by,
        as_of=now,
        accounts=AccountFiguresView(**counted, new=figures.new_accounts(*parts)),
        subscriptions=statuses,
        revenue=figures.revenue(*parts),
        failed_payments=figures.failures(*parts),
        credits=figures.credits(*parts),
        mrr=mrr_of(session, since, until),
        series=list(_series(session, figures, since, until, by)),
    )


def parts_of(since: datetime, until: datetime, by: Part) -> Iterator[datetime]:
    """The beginnings of the days or months of a time."""
    while since < until:
        yield since
        since = since + timedelta(days=1) if by == "day" else next_month(since)


def next_month(first: datetime) -> datetime:
    """The beginning of the month after the one that begins then."""
    return (first + timedelta(days=31)).replace(day=1)


def _series(
    session: Session, figures: Figures, since: datetime, until: datetime, by: Part
) -> Iterator[DashboardBucketView]:
    parts = list(parts_of(since, until, by))
    for part, mrr in zip(parts, mrr_series(session, since, until, by, parts), strict=True):
        yield DashboardBucketView(
            starts_at=part,
            new_accounts=figures.new_accounts(part),
            credits=figures.credits(part),
            revenue=figures.revenue(part),
            failed_payments=figures.failures(part),
            mrr=mrr,
        )
