"""When -> which sweep. One table, nothing else: due dates are columns, and a missed tick is caught by the next."""

from typing import Any

from schemas.messages.base import Message
from schemas.messages.events import ForgetEvents, TellProduct
from schemas.messages.payments import LookUpPayments, PullEvents
from schemas.messages.renewals import AdvanceClocks, DunInvoices, NoticeCards, RenewSubscriptions, SweepCredits
from schemas.messages.upkeep import (
    BeatHeart,
    ChainAudit,
    CheckInvariants,
    PruneMemories,
    SweepMemories,
    VerifyAudit,
)

# The queues whose pulse is felt; a test compares them with the queues that exist.
HEARTS = ("webhooks", "commands", "payments", "renewals", "documents", "emails", "events", "upkeep")


def _every(interval_seconds: int, message: Message, queue: str | None = None) -> dict[str, Any]:
    """A tick. It never expires: a worker whose clock is ahead would throw away each one.

    A pile of them costs a dead worker that comes back no more than their reading: a period is begun once.
    """
    return {
        "task": message.task,
        "schedule": interval_seconds,
        "kwargs": message.model_dump(mode="json"),
        "options": {"queue": queue or message.queue},
    }


SCHEDULE: dict[str, dict[str, Any]] = {
    "tell-product": _every(5, TellProduct()),
    "sweep": _every(5, SweepMemories(interval_seconds=5)),
    "renew-subscriptions": _every(60, RenewSubscriptions(interval_seconds=60)),
    "dun-invoices": _every(60, DunInvoices(interval_seconds=60)),
    "sweep-credits": _every(60, SweepCredits(interval_seconds=60)),
    "advance-clocks": _every(5, AdvanceClocks()),
    "notice": _every(3_600, NoticeCards(interval_seconds=3_600)),
    "prune": _every(3_600, PruneMemories(interval_seconds=3_600)),
    "forget-events": _every(3_600, ForgetEvents(interval_seconds=3_600)),
    "pull-events": _every(300, PullEvents(interval_seconds=300)),
    "look-up-payments": _every(60, LookUpPayments(interval_seconds=60)),
    "check-invariants": _every(900, CheckInvariants(interval_seconds=900)),
    "chain-audit": _every(5, ChainAudit(interval_seconds=5)),
    "verify-audit": _every(3_600, VerifyAudit(interval_seconds=3_600)),
} | {f"heart-{queue}": _every(15, BeatHeart(of_queue=queue), queue) for queue in HEARTS}
