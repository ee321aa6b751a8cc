"""The queue of upkeep: the pipeline's memory, its pulse, and the questions that must have no answer."""

import structlog

from billing.agenda.duties import SWEEPS
from billing.invariants import violations
from schemas.messages.upkeep import (
    BeatHeart,
    ChainAudit,
    CheckInvariants,
    PruneMemories,
    SweepMemories,
    VerifyAudit,
)
from workers.audit_watch import chain_audit, verify_audit
from workers.sweeps import sweep as sweep_duties
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
    """Forget what is finished and old, and of accounts that were deleted what nothing is kept for any more."""
    forget_old(work)
    sweep_duties(work, SWEEPS[PruneMemories])


@doorway(CheckInvariants)
def check_invariants(work: Work, message: CheckInvariants) -> None:
    """Ask the books every question; an answer is an alarm."""
    with work.database.transaction() as session:
        for violation in violations(session):
            log.error("invariant_violated", violation=violation)


@doorway(ChainAudit)
def chain(work: Work, message: ChainAudit) -> None:
    """Chain what was written down since."""
    chain_audit(work)


@doorway(VerifyAudit)
def verify(work: Work, message: VerifyAudit) -> None:
    """Prove the chain; what is not as it was written is an alarm."""
    verify_audit(work)


@doorway(BeatHeart)
def beat_heart(work: Work, message: BeatHeart) -> None:
    """Nothing to do: that this ran is the message, and the task base writes it down."""
