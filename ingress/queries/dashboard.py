"""Reads of the company's figures."""

from datetime import UTC, datetime, time, timedelta
from typing import Literal

from pydantic import model_validator
from sqlalchemy.orm import Session

from billing.overview.dashboard import next_month, show_dashboard
from ingress.queries.filters import DAYS_MAX, Filter
from schemas.instants import Day
from schemas.views.dashboard import DashboardView

# ten years of months
MONTHS_DAYS_MAX = timedelta(days=3_653)


class DashboardFilter(Filter):
    """Days of UTC from `since` up to and without `until`; neither: this month up to today, or by the
    month the last twelve.
    """

    since: Day | None = None
    until: Day | None = None
    by: Literal["day", "month"] = "day"

    @model_validator(mode="after")
    def _is_a_time(self) -> "DashboardFilter":
        if (self.since is None) != (self.until is None):
            raise ValueError("since and until go together")
        if self.since and self.until:
            if self.by == "month" and (self.since.day, self.until.day) != (1, 1):
                raise ValueError("since and until must begin a month")
            longest = DAYS_MAX if self.by == "day" else MONTHS_DAYS_MAX
            if not timedelta(0) < self.until - self.since <= longest:
                raise ValueError(f"until must be 1 to {longest.days} days after since")
        return self

    def bounds(self, now: datetime) -> tuple[datetime, datetime]:
        """Both ends."""
        if self.since and self.until:
            return datetime.combine(self.since, time(0), UTC), datetime.combine(self.until, time(0), UTC)
        month = datetime(now.year, now.month, 1, tzinfo=UTC)
        if self.by == "day":
            return month, datetime.combine(now, time(0), UTC) + timedelta(days=1)
        return next_month(month.replace(year=now.year - 1)), next_month(month)


def dashboard(session: Session, wanted: DashboardFilter) -> DashboardView:
    """`GET /v1/admin/dashboard/stats/`"""
    now = datetime.now(UTC)
    since, until = wanted.bounds(now)
    return show_dashboard(session, since, until, wanted.by, now)
