"""The states of a dunning. Nobody else writes them; `billing/README.md` draws them."""

from datetime import datetime

from billing.dunning.tables import Dunning, DunningState

TRANSITIONS: dict[DunningState, frozenset[DunningState]] = {
    DunningState.OPEN: frozenset({DunningState.RECOVERED, DunningState.EXHAUSTED, DunningState.STOPPED}),
    DunningState.RECOVERED: frozenset(),
    DunningState.EXHAUSTED: frozenset(),
    DunningState.STOPPED: frozenset(),
}


def move(dunning: Dunning, after: DunningState, now: datetime) -> None:
    """End a dunning that is open: nothing is tried by itself any more. Its row is locked.

    Its invoice stays as it is: it may still be paid. Raises ValueError for a step that the state machine does not have.
    """
    if after not in TRANSITIONS[dunning.state]:
        raise ValueError(f"a dunning cannot go from {dunning.state} to {after}")
    dunning.state, dunning.closed_at, dunning.next_attempt_at = after, now, None
