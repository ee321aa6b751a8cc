"""Reads of usage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.usage.tables import CreditCost, ReservationState, UsageReservation
from schemas.views.usage import CreditCostList, CreditCostView, ReservationList, ReservationView

# one look, however many accounts they are of
FIND = text("""
    SELECT e.account_id, e.event_id, e.operation, e.quantity, e.site, e.happened_at, e.credits
    FROM unnest(CAST(:accounts AS UUID[]), CAST(:ids AS TEXT[])) AS wanted (account_id, event_id)
    JOIN usage_events e ON e.account_id = wanted.account_id AND e.event_id = wanted.event_id
""")
# an account has a handful open at a time; whoever has more sees those that expire first
RESERVATIONS_SHOWN_MAX = 100


@dataclass(frozen=True, slots=True)
class Known:
    """The content of an event that was recorded before, and what it cost."""

    operation: str
    quantity: int
    site: str
    happened_at: datetime
    credits: int


def find_events(session: Session, wanted: Sequence[tuple[UUID, str]]) -> dict[tuple[UUID, str], Known]:
    """Those of these events, by account and id, that were recorded before."""
    keys = {"accounts": [str(account_id) for account_id, _ in wanted], "ids": [event_id for _, event_id in wanted]}
    return {
        (row.account_id, row.event_id): Known(row.operation, row.quantity, row.site, row.happened_at, row.credits)
        for row in session.connection().execute(FIND, keys)
    }


def list_costs(session: Session, since: datetime | None = None) -> CreditCostList:
    """The price list by operation and time; with `since` without what was over by then."""
    every = session.scalars(select(CreditCost).order_by(CreditCost.operation, CreditCost.valid_from)).all()
    following = [*every[1:], None] if every else []
    shown = [
        cost
        for cost, after in zip(every, following, strict=True)
        if since is None or after is None or after.operation != cost.operation or after.valid_from > since
    ]
    return CreditCostList(data=[view_cost(cost) for cost in shown])


def view_cost(cost: CreditCost) -> CreditCostView:
    """A version as it is shown."""
    return CreditCostView(
        id=cost.id, operation=cost.operation, name=cost.name, unit=cost.unit, credits=cost.credits,
        per_quantity=cost.per_quantity, rounding=str(cost.rounding), valid_from=cost.valid_from,
    )  # fmt: skip


def get_reservation(session: Session, reservation_id: UUID) -> UsageReservation:
    """The reservation; raises Rejected `reservation_not_found`."""
    reservation = session.get(UsageReservation, reservation_id)
    if reservation is None:
        raise Rejected("reservation_not_found", f"There is no reservation {reservation_id}.", status=404)
    return reservation


def show_reservation(session: Session, reservation_id: UUID) -> ReservationView:
    """One, whatever became of it."""
    return view_reservation(get_reservation(session, reservation_id))


def list_held(session: Session, account_id: UUID) -> ReservationList:
    """What an account has set apart, the soonest to expire first."""
    held = select(UsageReservation).where(
        UsageReservation.account_id == account_id, UsageReservation.state == ReservationState.HELD
    )
    in_order = held.order_by(UsageReservation.expires_at, UsageReservation.id).limit(RESERVATIONS_SHOWN_MAX)
    return ReservationList(data=[view_reservation(row) for row in session.scalars(in_order)])


def view_reservation(row: UsageReservation) -> ReservationView:
    """A reservation as it is shown."""
    return ReservationView(
        id=row.id, account_id=row.account_id, operation=row.operation, quantity=row.quantity, credits=row.credits,
        status=str(row.state), reserved_at=row.reserved_at, expires_at=row.expires_at, closed_at=row.closed_at,
        event_id=row.event_id,
    )  # fmt: skip
