"""The company's figures of a time, with a series for charts."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from billing.overview.figures import ACCOUNTS, SUBSCRIPTIONS, Figures, figures_of
from billing.overview.mrr import mrr_of, mrr_series
from schemas.views.dashboard import AccountFiguresView, DashboardBucketView, DashboardView, MrrView

Part = Literal["day", "month"]


def show_dashboard(session: Session, since: datetime, until: datetime, by: Part, now: datetime) -> DashboardView:
    """Of `[since, until)`, both beginnings of such parts of UTC. Accounts on test clocks are in none of the figures."""
    parts = list(parts_of(since, until, by))
    figures, mrr = figures_of(session, since, until, by), mrr_of(session, since, until)
    series = zip(parts, mrr_series(session, mrr, until, by, parts), strict=True)
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
        mrr=mrr,
        series=[_bucket(figures, part, moved) for part, moved in series],
    )


def parts_of(since: datetime, until: datetime, by: Part) -> Iterator[datetime]:
    """The beginnings of the days or months of a time."""
    while since < until:
        yield since
        since = since + timedelta(days=1) if by == "day" else next_month(since)


def next_month(first: datetime) -> datetime:
    """The beginning of the month after the one that begins then."""
    return (first + timedelta(days=31)).replace(day=1)


def _bucket(figures: Figures, part: datetime, mrr: list[MrrView]) -> DashboardBucketView:
    return DashboardBucketView(
        starts_at=part,
        new_accounts=figures.new_accounts(part),
        credits=figures.credits(part),
        revenue=figures.revenue(part),
        failed_payments=figures.failures(part),
        mrr=mrr,
    )
