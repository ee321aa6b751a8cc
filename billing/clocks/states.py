"""The states of a test clock. Nobody else writes them; `billing/README.md` draws them."""

from datetime import datetime

from billing.clocks.tables import ClockStatus, TestClock

_S = ClockStatus
TRANSITIONS: dict[ClockStatus, frozenset[ClockStatus]] = {
    _S.READY: frozenset({_S.ADVANCING, _S.ARRIVING}),
    _S.ADVANCING: frozenset({_S.ADVANCING, _S.ARRIVING}),
    # it is sent further before all is done where it was sent
    _S.ARRIVING: frozenset({_S.READY, _S.ADVANCING, _S.ARRIVING}),
}


def move(clock: TestClock, frozen_at: datetime, target_at: datetime) -> None:
    """Let a clock stand at one instant on its way to another, which is not before it; there it arrives.

    The caller holds its row lock.
    """
    _step(clock, _S.ADVANCING if target_at > frozen_at else _S.ARRIVING)
    clock.frozen_at, clock.target_at = frozen_at, target_at


def arrive(clock: TestClock) -> None:
    """All that fell due where it was sent is done."""
    _step(clock, _S.READY)


def _step(clock: TestClock, after: ClockStatus) -> None:
    if after not in TRANSITIONS[clock.status]:
        raise ValueError(f"a test clock cannot go from {clock.status} to {after}")
    clock.status = after
