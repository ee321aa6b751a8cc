"""Reads of test clocks."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clocks.tables import ClockStatus, TestClock
from billing.errors import Rejected
from database.pages import FIRST_PAGE, Paging, newest_first
from schemas.views.base import Page
from schemas.views.clocks import TestClockView


def get_clock(session: Session, clock_id: UUID) -> TestClock:
    """The test clock; raises Rejected `test_clock_not_found`."""
    clock = session.get(TestClock, clock_id)
    if clock is None:
        raise Rejected("test_clock_not_found", f"There is no test clock {clock_id}.", status=404)
    return clock


def show_clock(session: Session, clock_id: UUID) -> TestClockView:
    """One test clock as the API shows it; raises Rejected `test_clock_not_found`."""
    return view_clock(get_clock(session, clock_id))


def list_clocks(session: Session, paging: Paging = FIRST_PAGE) -> Page[TestClockView]:
    """A page of test clocks, by their age."""
    page, cursor = newest_first(session, select(TestClock), TestClock, paging)
    return Page(data=[view_clock(clock) for clock in page], next_cursor=cursor)


def view_clock(clock: TestClock) -> TestClockView:
    """A test clock as the API shows it: advancing until its time has arrived where it was sent."""
    return TestClockView(
        id=clock.id,
        name=clock.name,
        frozen_at=clock.frozen_at,
        target_at=clock.target_at,
        status="ready" if clock.status is ClockStatus.READY else "advancing",
        created_at=clock.created_at,
    )
