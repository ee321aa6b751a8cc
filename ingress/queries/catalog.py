"""Reads of what is on offer. The catalog is small: each list is one page."""

from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.catalog.plans import list_plans, list_services
from billing.catalog.queries import list_packages, view_package
from billing.clocks.timelines import now_of
from billing.clocks.wall import Wall
from billing.cycle.pricing.coupon_quote import quote_coupon
from ingress.queries.filters import Filter
from schemas.commands.subscriptions import PlanChoice
from schemas.currencies import Currency
from schemas.names import CouponCode, Slug
from schemas.views.base import Page
from schemas.views.catalog import CouponView, PackageView, PlanView, ServiceView


class CouponFilter(Filter):
    """A coupon by its code, for a plan or a currency; for an account at its own time."""

    code: CouponCode
    plan: Slug | None = None
    interval: Literal["month", "year"] = "month"
    currency: Currency = "USD"
    account_id: UUID | None = None


def coupon(session: Session, wanted: CouponFilter) -> CouponView:
    """`GET /v1/billing/coupons/{code}/`"""
    wall = Wall(datetime.now(UTC))
    now = wall.at
    if wanted.account_id is not None:
        now = now_of(session, get_account(session, wanted.account_id).id, wall)
    plan = PlanChoice(plan=wanted.plan, interval=wanted.interval, currency=wanted.currency) if wanted.plan else None
    return quote_coupon(session, wanted.code, wanted.currency, plan, now)


def plans(session: Session) -> Page[PlanView]:
    """`GET /v1/billing/plans/`"""
    return Page(data=list_plans(session), next_cursor=None)


def services(session: Session) -> Page[ServiceView]:
    """`GET /v1/billing/services/`"""
    return Page(data=list_services(session), next_cursor=None)


def packages(session: Session) -> Page[PackageView]:
    """`GET /v1/billing/credits/packages/`"""
    return Page(data=[view_package(package) for package in list_packages(session)], next_cursor=None)
