"""Reads of what is on offer. The catalog is small: each list is one page."""

from sqlalchemy.orm import Session

from billing.catalog.plans import list_plans, list_services
from billing.catalog.queries import list_packages, view_package
from schemas.views.base import Page
from schemas.views.catalog import PackageView, PlanView, ServiceView


def plans(session: Session) -> Page[PlanView]:
    """`GET /v1/billing/plans/`"""
    return Page(data=list_plans(session), next_cursor=None)


def services(session: Session) -> Page[ServiceView]:
    """`GET /v1/billing/services/`"""
    return Page(data=list_services(session), next_cursor=None)


def packages(session: Session) -> Page[PackageView]:
    """`GET /v1/billing/credits/packages/`"""
    return Page(data=[view_package(package) for package in list_packages(session)], next_cursor=None)
