"""Held credits: a reservation with its account's purse, while it is closed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.credits.tables import CreditGrant, CreditMovement, CreditTransaction
from billing.credits.take import take_out
from billing.credits.watch import arm_watches
from billing.errors import Rejected
from billing.usage.purses import Purse, close_purses, is_usable_at, open_purses
from billing.usage.queries import get_reservation
from billing.usage.states import move
from billing.usage.tables import ReservationState, UsageReservation


@dataclass(frozen=True, slots=True)
class Held:
    """A reservation that is open, and how much of it came from which grant, in the order of use."""

    reservation: UsageReservation
    purse: Purse
    shares: list[tuple[CreditGrant, int]]


def cause_of_reservation(reservation_id: UUID) -> str:
    """Under which cause its credits left their grants."""
    return f"usage_reservation/{reservation_id}"


def open_held(session: Session, reservation_id: UUID, now: datetime) -> Held:
    """Lock all of it until commit, and put the credits back into their grants.

    Raises Rejected `reservation_not_found`, or `reservation_closed` when it was settled, released or has expired.
    """
    account_id = get_reservation(session, reservation_id).account_id
    cause = cause_of_reservation(reservation_id)
    moved = select(CreditTransaction.grant_id, CreditTransaction.amount).where(CreditTransaction.cause == cause)
    of_grants = {row.grant_id: -row.amount for row in session.execute(moved)}
    purse = open_purses(session, {account_id: now}, is_alone=True, also=of_grants)[account_id]
    # whoever closes one has its account first
    reservation = session.get_one(UsageReservation, reservation_id, populate_existing=True)
    if reservation.state is not ReservationState.HELD:
        raise Rejected("reservation_closed", f"The reservation {reservation_id} is {reservation.state}.", status=409)
    held = Held(reservation, purse, [(grant, of_grants[grant.id]) for grant in purse.also.values()])
    for grant, share in held.shares:
        # a movement of one cause happens once to a grant, so that the way back has another
        purse.movements.append(take_out(grant, -share, CreditMovement.RELEASE, f"{cause}/closed", ""))
        if is_usable_at(grant, now):
            purse.balance += share
    return held


def close_held(session: Session, held: Held, after: ReservationState) -> None:
    """Write what became of it. Credits that came back arm the warning of a low balance again."""
    purse = held.purse
    move(held.reservation, after, purse.now)
    session.flush()
    close_purses(session, [purse])
    if purse.balance > purse.before:
        arm_watches(session, [purse.account_id], purse.now)
