"""Reads of limits."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.clocks.timelines import now_of
from billing.clocks.wall import Wall
from billing.limits.queries import show_limits
from ingress.queries.filters import OfAccount
from schemas.views.limits import LimitsView


def account_limits(session: Session, account_id: UUID) -> LimitsView:
    """`GET /v1/accounts/{id}/limits/`"""
    return show_limits(session, account_id, now_of(session, account_id, Wall(datetime.now(UTC))))


def own_limits(session: Session, wanted: OfAccount) -> LimitsView:
    """`GET /v1/account/limits/`"""
    return account_limits(session, wanted.account_id)
