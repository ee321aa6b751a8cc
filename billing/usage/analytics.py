"""Analytics of an account's usage, made of its roll-ups: days, operations, this month, and where it leads."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from billing.credits.queries import view_balance
from billing.usage.projection import average_a_day, projected, runs_out_on, shares_ppm
from schemas.views.usage import DayOfUsage, MonthOfUsage, OperationOfUsage, SeriesOfUsage, UsageAnalyticsView

DAYS = 30
TOP = 5

BY_DAY = text("""
    SELECT CAST(begins_at AT TIME ZONE :zone AS DATE) AS day, operation, CAST(sum(events) AS BIGINT) AS events,
           CAST(sum(quantity) AS BIGINT) AS quantity, CAST(sum(credits) AS BIGINT) AS credits
    FROM usage_roll_ups WHERE account_id = :account_id AND begins_at >= :since AND begins_at < :until
    GROUP BY 1, 2
""")

# day, operation, events, quantity, credits
Sums = Sequence[Row[Any]]


@dataclass(frozen=True, slots=True)
class Window:
    """Days from `since` up to and without `until`, in a time zone."""

    since: date
    until: date
    zone: ZoneInfo

    @property
    def days(self) -> list[date]:
        """Each of them."""
        return [self.since + timedelta(days=number) for number in range((self.until - self.since).days)]

    def begin(self, day: date) -> datetime:
        """The instant at which a day begins."""
        return datetime(day.year, day.month, day.day, tzinfo=self.zone)

    @property
    def ends(self) -> tuple[datetime, datetime]:
        """First and last instant, half-open."""
        return self.begin(self.since), self.begin(self.until)


def last_days(now: datetime, zone: ZoneInfo, days: int = DAYS) -> Window:
    """That many days, the last of which is today there."""
    until = now.astimezone(zone).date() + timedelta(days=1)
    return Window(until - timedelta(days=days), until, zone)


def analyse(session: Session, account_id: UUID, window: Window, now: datetime) -> UsageAnalyticsView:
    """What an account has used in a window, in this month so far, and when its credits run out as things go.

    `now` is the account's own time. Averages count days that have begun; what runs out counts the last 30 days, or the
    days since the first use if that was later, and knows of no expiry and no next grant.
    """
    sums = _sums(session, account_id, window)
    here = now.astimezone(window.zone)
    operations = _operations(sums)
    credits = sum(row.credits for row in sums)
    begin, end = window.ends
    balance = view_balance(session, account_id, now).balance
    return UsageAnalyticsView(
        account_id=account_id, time_zone=window.zone.key, since=window.since, until=window.until,
        events=sum(row.events for row in sums), credits=credits,
        average_credits_a_day=average_a_day(credits, min(end, max(begin, here)) - begin),
        days=_days(window, sums), operations=operations, top_operations=[each.operation for each in operations[:TOP]],
        series=_series(window, sums, operations), this_month=_month(session, account_id, window.zone, here),
        balance=balance, runs_out_on=_runs_out(session, account_id, balance, window.zone, here),
    )  # fmt: skip


def _sums(session: Session, account_id: UUID, window: Window) -> Sums:
    begin, end = window.ends
    wanted = {"account_id": account_id, "zone": window.zone.key, "since": begin, "until": end}
    return session.execute(BY_DAY, wanted).all()


def _days(window: Window, sums: Sums) -> list[DayOfUsage]:
    counted: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    for row in sums:
        counted[row.day][0] += row.events
        counted[row.day][1] += row.credits
    return [DayOfUsage(date=day, events=counted[day][0], credits=counted[day][1]) for day in window.days]


def _operations(sums: Sums) -> list[OperationOfUsage]:
    """The most expensive first."""
    counted: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in sums:
        for place, more in enumerate((row.events, row.quantity, row.credits)):
            counted[row.operation][place] += more
    ranked = sorted(counted, key=lambda operation: (-counted[operation][2], operation))
    shares = shares_ppm([counted[operation][2] for operation in ranked])
    return [
        OperationOfUsage(
            operation=operation, events=counted[operation][0], quantity=counted[operation][1],
            credits=counted[operation][2], share_ppm=share,
        )
        for operation, share in zip(ranked, shares, strict=True)
    ]  # fmt: skip


def _series(window: Window, sums: Sums, operations: Sequence[OperationOfUsage]) -> list[SeriesOfUsage]:
    """Credits of each operation on each day, a number per day."""
    found = {(row.operation, row.day): row.credits for row in sums}
    return [
        SeriesOfUsage(operation=each.operation, credits=[found.get((each.operation, day), 0) for day in window.days])
        for each in operations
    ]


def _month(session: Session, account_id: UUID, zone: ZoneInfo, here: datetime) -> MonthOfUsage:
    first = here.date().replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    month = Window(first, following, zone)
    sums = _sums(session, account_id, month)
    credits = sum(row.credits for row in sums)
    begin, end = month.ends
    return MonthOfUsage(
        since=first, until=following, events=sum(row.events for row in sums), credits=credits,
        average_credits_a_day=average_a_day(credits, here - begin),
        projected_credits=projected(credits, here - begin, end - begin),
    )  # fmt: skip


def _runs_out(session: Session, account_id: UUID, balance: int, zone: ZoneInfo, here: datetime) -> date | None:
    window = last_days(here, zone)
    sums = [row for row in _sums(session, account_id, window) if row.credits]
    if not sums:
        return runs_out_on(balance, 0, timedelta(0), here)
    since = window.begin(min(row.day for row in sums))
    return runs_out_on(balance, sum(row.credits for row in sums), here - since, here)
