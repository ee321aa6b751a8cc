"""Reserve credits for work whose cost is known afterwards."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from billing.credits.tables import CreditMovement
from billing.usage.consume import too_few
from billing.usage.costs import cost_at, credits_for, load_costs, unknown_operation
from billing.usage.fall import no_account
from billing.usage.held import cause_of_reservation
from billing.usage.purses import close_purses, open_purses
from billing.usage.tables import ReservationState, UsageReservation


@dataclass(frozen=True, slots=True)
class Estimate:
    """The most that a piece of work will use, and how long its credits wait for it."""

    account_id: UUID
    operation: str
    quantity: int
    lasts: timedelta


def reserve(session: Session, reservation_id: UUID, estimate: Estimate, now: datetime) -> UsageReservation:
    """Take the credits that it will cost at most out of the balance, at the price that is valid now.

    Only credits that are there can be set apart: an agreed overdraft is for what was used. Raises Rejected
    `insufficient_credits`, `operation_unknown` or `account_not_found`.
    """
    cost = cost_at(load_costs(session, [estimate.operation]), estimate.operation, now)
    if cost is None:
        raise unknown_operation(estimate.operation)
    purse = open_purses(session, {estimate.account_id: now}, is_alone=True).get(estimate.account_id)
    if purse is None:
        raise no_account(estimate.account_id)
    credits = credits_for(cost, estimate.quantity)
    if purse.balance < credits:
        raise too_few(purse.balance, credits)
    reservation = UsageReservation(
        id=reservation_id, account_id=estimate.account_id, operation=estimate.operation, quantity=estimate.quantity,
        cost_id=cost.id, credits=credits, state=ReservationState.HELD, reserved_at=now,
        expires_at=now + estimate.lasts,
    )  # fmt: skip
    session.add(reservation)
    session.flush()
    if credits:
        described = f"Reserved: {estimate.operation} × {estimate.quantity}"
        purse.use(credits, cause_of_reservation(reservation_id), described, CreditMovement.RESERVE)
    close_purses(session, [purse])
    return reservation
