"""What time it is for whom: the wall clock's time for everybody but those on a test clock."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from billing.accounts.queries import refusal_of, status_of
from billing.accounts.tables import Account
from billing.clocks.tables import ClockStatus, TestClock
from billing.clocks.wall import Wall
from database.among import is_among_those, listed
from schemas.views.accounts import AccountStatus


@dataclass(frozen=True, slots=True)
class Timeline:
    """One course of time and everybody on it. `clock_id` is None for the wall clock's."""

    clock_id: UUID | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What time it is for an account, and whether it lives. One that is not known lives by the wall clock."""

    now: datetime
    status: AccountStatus = AccountStatus.ACTIVE


# built once: it runs with every use of credits. Nearly always there are none.
UNUSUAL = (
    select(Account.id, Account.closed_at, Account.suspended_at, TestClock.frozen_at)
    .outerjoin(TestClock, Account.clock_id == TestClock.id)
    .where(
        is_among_those(Account.id, "account_ids"),
        or_(Account.clock_id.is_not(None), Account.closed_at.is_not(None), Account.suspended_at.is_not(None)),
    )
)


def timelines(session: Session, wall: Wall) -> list[Timeline]:
    """Every course of time that stands or runs by itself, the wall clock's first. A sweep looks at each for itself.

    A test clock on its way is missing: whoever moves it does what falls due, kind after kind, and nobody in between.
    """
    standing = select(TestClock.id, TestClock.frozen_at).where(TestClock.status == ClockStatus.READY)
    clocks = session.execute(standing.order_by(TestClock.id))
    return [Timeline(None, wall.at), *(Timeline(clock.id, clock.frozen_at) for clock in clocks)]


def happened_at(told: datetime, now: datetime, wall: Wall) -> datetime:
    """When it was, in the time of an account whose `now` this is, as a vendor tells.

    An event's time may be anybody's word: nothing is of the future. On a test clock it says nothing, for not every
    vendor lives by that: it counts as of now.
    """
    return min(told, now) if now == wall.at else now


def now_of(session: Session, account_id: UUID, wall: Wall) -> datetime:
    """The time it is for an account, given the wall clock's. An unknown account lives by the wall clock."""
    frozen = select(TestClock.frozen_at).join(Account, Account.clock_id == TestClock.id)
    return session.scalar(frozen.where(Account.id == account_id)) or wall.at


def open_now_of(
    session: Session, account_id: UUID, wall: Wall, *, begins: bool, is_of_what_is_left: bool = False
) -> datetime:
    """The same, for something that is wanted of an account; `begins` is as `Command.begins` says.

    Raises Rejected `account_closed` for one that was deleted, unless it `is_of_what_is_left` of that, and
    `account_suspended` for what begins while it is that.
    """
    told = select(Account.closed_at, Account.suspended_at, TestClock.frozen_at)
    found = session.execute(
        told.outerjoin(TestClock, Account.clock_id == TestClock.id).where(Account.id == account_id)
    ).one_or_none()
    if found is None:
        return wall.at
    status = status_of(found.closed_at, found.suspended_at)
    goes_on = is_of_what_is_left and status is AccountStatus.CLOSED
    if not goes_on and (refusal := refusal_of(status, begins=begins)):
        raise refusal
    return found.frozen_at or wall.at


def standings_of(session: Session, account_ids: Collection[UUID], wall: Wall) -> dict[UUID, Standing]:
    """How each of these accounts stands, in one look. Holds none of their rows."""
    rows = session.connection().execute(UNUSUAL, {"account_ids": listed(account_ids)})
    unusual = {row.id: Standing(row.frozen_at or wall.at, status_of(row.closed_at, row.suspended_at)) for row in rows}
    return dict.fromkeys(account_ids, Standing(wall.at)) | unusual
