"""Reads of what was ever on offer, and how it is taxed."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.catalog.plans import list_every_plan, show_plan
from billing.catalog.queries import get_coupon, list_coupons, view_coupon
from billing.tax.queries import list_rates, view_rate
from ingress.queries.filters import Filter, PageFilter
from schemas.countries import Country
from schemas.names import CouponCode
from schemas.views.base import Page
from schemas.views.price_list import ListedCouponView, ListedPlanView, TaxRateView


class ListedCouponFilter(PageFilter):
    """A page of coupons."""

    code: CouponCode | None = None


class TaxRateFilter(Filter):
    """The rates of one country, or of all."""

    country: Country | None = None


def every_plan(session: Session) -> Page[ListedPlanView]:
    """`GET /v1/admin/plans/`"""
    return Page(data=list_every_plan(session), next_cursor=None)


def one_plan(session: Session, plan_id: UUID) -> ListedPlanView:
    """`GET /v1/admin/plans/{id}/`"""
    return show_plan(session, plan_id)


def coupons(session: Session, wanted: ListedCouponFilter) -> Page[ListedCouponView]:
    """`GET /v1/admin/coupons/`"""
    found, cursor = list_coupons(session, wanted.paging, wanted.code)
    return Page(data=[view_coupon(each) for each in found], next_cursor=cursor)


def one_coupon(session: Session, coupon_id: UUID) -> ListedCouponView:
    """`GET /v1/admin/coupons/{id}/`"""
    return view_coupon(get_coupon(session, coupon_id))


def tax_rates(session: Session, wanted: TaxRateFilter) -> Page[TaxRateView]:
    """`GET /v1/admin/tax-rates/`"""
    return Page(data=[view_rate(rate) for rate in list_rates(session, wanted.country)], next_cursor=None)
