"""Release a reservation: all of its credits go back, because somebody says so or its time is over."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.clocks.duty import OneByOne
from billing.clocks.timelines import Timeline
from billing.errors import Rejected
from billing.usage.held import close_held, open_held
from billing.usage.tables import ReservationState, UsageReservation


def release(session: Session, reservation_id: UUID, now: datetime) -> int:
    """Give back what was reserved, and return the balance; what has expired meanwhile is gone with its grant.

    Raises Rejected `reservation_not_found` or `reservation_closed`.
    """
    held = open_held(session, reservation_id, now)
    close_held(session, held, ReservationState.RELEASED)
    return held.purse.balance


def expire_reservation(session: Session, reservation_id: UUID, now: datetime) -> bool:
    """The same of one whose time is over; false when it was closed in the meantime."""
    try:
        held = open_held(session, reservation_id, now)
    except Rejected:
        return False
    close_held(session, held, ReservationState.EXPIRED)
    return True


def overdue_reservations(session: Session, timeline: Timeline, limit: int) -> list[UUID]:
    """Those of a timeline whose time is over, the longest first."""
    overdue = (
        select(UsageReservation.id)
        .join(Account, Account.id == UsageReservation.account_id)
        .where(
            UsageReservation.state == ReservationState.HELD,
            UsageReservation.expires_at <= timeline.now,
            Account.clock_id.is_not_distinct_from(timeline.clock_id),
        )
    )
    return list(session.scalars(overdue.order_by(UsageReservation.expires_at).limit(limit)))


RESERVATION_ENDS = OneByOne(
    "reservation_ends",
    overdue_reservations,
    expire_reservation,
    # at some five milliseconds each, a small share of the sweep's minute
    rows_max=1_000,
    next_at="""(SELECT min(expires_at) FROM usage_reservations JOIN accounts ON accounts.id = account_id
                WHERE clock_id = clock.id AND state = 'held')""",
)
