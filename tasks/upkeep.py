"""The queue of upkeep: the pipeline's memory, its pulse, and the questions that must have no answer."""

import structlog

from billing.invariants import violations
from schemas.messages.upkeep import BeatHeart, CheckInvariants, PruneMemories, SweepMemories
from workers.task import doorway
from workers.upkeep import forget_old, ring_again
from workers.wiring import Work

log = structlog.get_logger(__name__)


@doorway(SweepMemories)
def sweep(work: Work, message: SweepMemories) -> None:
    """Ring again for everything that is due and was not heard."""
    ring_again(work)


@doorway(PruneMemories)
def prune(work: Work, message: PruneMemories) -> None:
    """Forget what is finished and old."""
    forget_old(work)


@doorway(CheckInvariants)
def check_invariants(work: Work, message: CheckInvariants) -> None:
    """Ask the books every question; an answer is an alarm."""
    with work.database.transaction() as session:
        for violation in violations(session):
            log.error("invariant_violated", violation=violation)


@doorway(BeatHeart)
def beat_heart(work: Work, message: BeatHeart) -> None:
    """Nothing to do: that this ran is the message, and the task base writes it down."""
