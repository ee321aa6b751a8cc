"""Reads of usage. An account on a test clock has the usage of its own time."""

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.clocks.timelines import now_of
from billing.clocks.wall import Wall
from billing.usage.analytics import Window, analyse, last_days
from billing.usage.queries import list_costs, list_held, show_reservation
from ingress.queries.filters import OfAccount, UsageFilter
from schemas.views.usage import CreditCostList, ReservationList, ReservationView, UsageAnalyticsView


def costs(session: Session) -> CreditCostList:
    """`GET /v1/billing/credits/costs/`"""
    return list_costs(session, datetime.now(UTC))


def all_costs(session: Session) -> CreditCostList:
    """`GET /v1/admin/credit-costs/`"""
    return list_costs(session)


def reservations(session: Session, wanted: OfAccount) -> ReservationList:
    """`GET /v1/usage/reservations/`"""
    get_account(session, wanted.account_id)
    return list_held(session, wanted.account_id)


def reservation(session: Session, reservation_id: UUID) -> ReservationView:
    """`GET /v1/usage/reservations/{id}/`"""
    return show_reservation(session, reservation_id)


def analytics(session: Session, wanted: UsageFilter) -> UsageAnalyticsView:
    """`GET /v1/account/usage/analytics/`"""
    zone = ZoneInfo(wanted.time_zone or get_account(session, wanted.account_id).time_zone)
    now = now_of(session, wanted.account_id, Wall(datetime.now(UTC)))
    window = last_days(now, zone)
    if wanted.since is not None and wanted.until is not None:
        window = Window(wanted.since, wanted.until, zone)
    return analyse(session, wanted.account_id, window, now)


def analytics_of(session: Session, account_id: UUID) -> UsageAnalyticsView:
    """`GET /v1/accounts/{id}/usage/analytics/`"""
    return analytics(session, UsageFilter(account_id=account_id))
