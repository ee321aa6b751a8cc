"""The states of a dunning. Nobody else writes them; `billing/README.md` draws them."""

from datetime import datetime

from billing.dunning.tables import Dunning, DunningState

TRANSITIONS: dict[DunningState, frozenset[DunningState]] = {
    DunningState.OPEN: frozenset({DunningState.RECOVERED, DunningState.EXHAUSTED, DunningState.STOPPED}),
    # it was paid, and the payment was charged back
    DunningState.RECOVERED: frozenset({DunningState.OPEN}),
    DunningState.EXHAUSTED: frozenset({DunningState.OPEN}),
    DunningState.STOPPED: frozenset({DunningState.OPEN}),
}


def move(dunning: Dunning, after: DunningState, now: datetime) -> None:
    """Take one step; in neither state is anything planned yet, or any more. Its row is locked.

    Its invoice stays as it is: it may still be paid. Raises ValueError for a step that the state machine does not have.
    """
    if after not in TRANSITIONS[dunning.state]:
        raise ValueError(f"a dunning cannot go from {dunning.state} to {after}")
    dunning.state, dunning.next_attempt_at = after, None
    dunning.closed_at = None if after is DunningState.OPEN else now
