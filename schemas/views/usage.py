"""Usage: what operations cost, what is set apart, and how much was used."""

from datetime import date, datetime
from uuid import UUID

from schemas.views.base import View


class CreditCostView(View):
    """A version of what an operation costs: `credits` for every `per_quantity` units, from `valid_from` on."""

    id: UUID
    operation: str
    name: str
    unit: str
    credits: int
    per_quantity: int
    rounding: str
    valid_from: datetime


class CreditCostList(View):
    """Versions, by operation and time."""

    data: list[CreditCostView]


class ReservationView(View):
    """Credits set apart for work whose cost is known afterwards."""

    id: UUID
    account_id: UUID
    operation: str
    quantity: int
    credits: int
    status: str
    reserved_at: datetime
    expires_at: datetime
    closed_at: datetime | None
    event_id: str | None


class ReservationList(View):
    """What an account has set apart."""

    data: list[ReservationView]


class DayOfUsage(View):
    """A day of the account's time zone."""

    date: date
    events: int
    credits: int


class OperationOfUsage(View):
    """One operation in the window; its share of all credits in parts per million."""

    operation: str
    events: int
    quantity: int
    credits: int
    share_ppm: int


class SeriesOfUsage(View):
    """Credits of one operation, a number for each of the window's days."""

    operation: str
    credits: list[int]


class MonthOfUsage(View):
    """The month so far, and what it comes to if it goes on like this."""

    since: date
    until: date
    events: int
    credits: int
    average_credits_a_day: int
    projected_credits: int


class UsageAnalyticsView(View):
    """An account's usage from `since` up to and without `until`, in days of a time zone."""

    account_id: UUID
    time_zone: str
    since: date
    until: date
    events: int
    credits: int
    average_credits_a_day: int
    days: list[DayOfUsage]
    operations: list[OperationOfUsage]
    top_operations: list[str]
    series: list[SeriesOfUsage]
    this_month: MonthOfUsage
    balance: int
    runs_out_on: date | None
