"""Reads of test clocks."""

from sqlalchemy.orm import Session

from billing.clocks.queries import list_clocks
from ingress.queries.filters import PageFilter
from schemas.views.base import Page
from schemas.views.clocks import TestClockView


def clocks(session: Session, wanted: PageFilter) -> Page[TestClockView]:
    """`GET /v1/test-clocks/`"""
    return list_clocks(session, wanted.paging)
