"""The states of a reservation. Nobody else writes them; `billing/README.md` draws them."""

from datetime import datetime

from billing.usage.tables import ReservationState, UsageReservation

TRANSITIONS: dict[ReservationState, frozenset[ReservationState]] = {
    ReservationState.HELD: frozenset({ReservationState.SETTLED, ReservationState.RELEASED, ReservationState.EXPIRED}),
    ReservationState.SETTLED: frozenset(),
    ReservationState.RELEASED: frozenset(),
    ReservationState.EXPIRED: frozenset(),
}


def move(reservation: UsageReservation, after: ReservationState, now: datetime) -> None:
    """Close it. Its row is locked. Raises ValueError for a step that the state machine does not have."""
    if after not in TRANSITIONS[reservation.state]:
        raise ValueError(f"a reservation cannot go from {reservation.state} to {after}")
    reservation.state, reservation.closed_at = after, now
