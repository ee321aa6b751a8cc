"""Settle a reservation: what the work has used is recorded, and the rest of the credits goes back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.credits.rules import spread
from billing.credits.tables import CreditMovement
from billing.credits.take import take_out
from billing.errors import Rejected
from billing.usage.consume import too_few
from billing.usage.costs import credits_for
from billing.usage.held import Held, close_held, open_held
from billing.usage.purses import is_usable_at
from billing.usage.queries import find_events
from billing.usage.record import Batch, Use, row_of
from billing.usage.roll_up import roll_up
from billing.usage.tables import CreditCost, ReservationState, UsageEvent
from database.copy import copy_rows


@dataclass(frozen=True, slots=True)
class Settlement:
    """What the work has used after all. `cause` is that of its debit."""

    event_id: str
    quantity: int
    site: str
    cause: str


@dataclass(frozen=True, slots=True)
class Settled:
    """What it has cost, and the balance after it."""

    credits: int
    balance: int


def settle(session: Session, reservation_id: UUID, settlement: Settlement, now: datetime) -> Settled:
    """Record what was used as an event of now, at the price that was valid when it was reserved.

    What it costs beyond the reservation is taken from the balance. Raises Rejected `insufficient_credits` where that is
    too small, and the reservation stays; or `reservation_closed`, `reservation_not_found` or `event_id_reused`.
    """
    held = open_held(session, reservation_id, now)
    reservation = held.reservation
    if find_events(session, [(reservation.account_id, settlement.event_id)]):
        raise Rejected("event_id_reused", f"The event {settlement.event_id!r} was recorded before.", status=409)
    cost = session.get_one(CreditCost, reservation.cost_id)
    credits = credits_for(cost, settlement.quantity)
    _use(held, credits, settlement)
    use = Use(settlement.event_id, reservation.operation, settlement.quantity, settlement.site, now)
    event = row_of(Batch(reservation.account_id, [use], settlement.cause, now), use, cost.id, credits)
    copy_rows(session, UsageEvent, [event])
    roll_up(session, [event])
    reservation.event_id = settlement.event_id
    close_held(session, held, ReservationState.SETTLED)
    return Settled(credits, held.purse.balance)


def _use(held: Held, credits: int, settlement: Settlement) -> None:
    """Take credits, out of what was reserved first, whether its grant has expired by now or not; one movement a grant.

    Raises Rejected `insufficient_credits`.
    """
    purse = held.purse
    kept = spread(credits, [share for _, share in held.shares])
    parts = {grant.id: part for (grant, _), part in zip(held.shares, kept, strict=True)}
    expired = sum(parts[grant.id] for grant, _ in held.shares if not is_usable_at(grant, purse.now))
    if not purse.has(credits - expired):
        raise too_few(purse.balance + expired, credits)
    beyond = credits - sum(kept)
    more = spread(beyond, [grant.remaining - parts.get(grant.id, 0) for grant in purse.grants])
    for grant, part in zip(purse.grants, more, strict=True):
        parts[grant.id] = parts.get(grant.id, 0) + part
    described = f"{held.reservation.operation} × {settlement.quantity}"
    for grant in {grant.id: grant for grant in (*purse.also.values(), *purse.grants)}.values():
        if part := parts[grant.id]:
            purse.movements.append(take_out(grant, part, CreditMovement.CONSUME, settlement.cause, described))
    purse.owe(beyond - sum(more), settlement.cause)
    purse.balance -= credits - expired
