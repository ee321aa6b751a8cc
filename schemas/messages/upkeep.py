"""How the pipeline and the books are looked after."""

from schemas.messages.base import Message, Periodic


class SweepMemories(Periodic):
    """Ring again for everything that is due and was not heard."""

    task = "upkeep.sweep"


class PruneMemories(Periodic):
    """Forget what is finished and old."""

    task = "upkeep.prune"


class CheckInvariants(Periodic):
    """Ask the books the questions that must have no answer."""

    task = "reconciliation.check_invariants"


class ChainAudit(Periodic):
    """Give what was written down its place in the audit's chain."""

    task = "upkeep.chain_audit"


class VerifyAudit(Periodic):
    """Prove the newest of the audit's chain and a part of what is older, and publish its head."""

    task = "upkeep.verify_audit"


class BeatHeart(Message):
    """Prove that this queue is alive, end to end. Sent to every queue, so it has no queue of its own."""

    task = "upkeep.beat_heart"
    queue = "upkeep"
    is_tick = True

    of_queue: str


MESSAGES: tuple[type[Message], ...] = (
    SweepMemories,
    PruneMemories,
    CheckInvariants,
    ChainAudit,
    VerifyAudit,
    BeatHeart,
)
