"""Record disputes, as the gateway of a payment tells them, and do what follows from each."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from billing.disputes.claims import claimed_by, left_by
from billing.disputes.follow_disputes import follow_disputes
from billing.disputes.queries import disputes_of
from billing.disputes.spare_card import spare_card
from billing.disputes.states import can_move, move
from billing.disputes.tables import ENDED, UNANSWERED, Dispute, DisputeStatus
from billing.invoices.settle import Settlement
from billing.ledger.tables import LedgerAccount
from billing.receipts.reverse import Explanation, reverse
from billing.receipts.tables import Receipt, ReceiptSource
from database.ids import uuid7
from database.outbox import stage
from schemas.facts.reversals import Contest, ReversalFact, ReversalKind

log = structlog.get_logger(__name__)


def record_disputes(
    session: Session, receipt: Receipt, facts: Sequence[ReversalFact], now: datetime, *, is_more_kept: bool
) -> list[Settlement]:
    """Bring the books to what a gateway says is disputed of a payment; news that is known already changes nothing.

    The money stands as `disputed`, and what follows from that is in `follow_disputes`: when a dispute has moved, or
    `is_more_kept` of the payment than before, as of a refund that failed, which a dispute may have taken. An inquiry
    moves nothing. A dispute in another currency than the payment's stays unexplained, for a person. Returns the
    invoices that are paid by what came back. The caller holds the locks of `lock_refundable`. `now` is the account's
    time.
    """
    told = [fact for fact in facts if fact.kind is not ReversalKind.REFUND]
    known = {each.dispute_ref: each for each in disputes_of(session, receipt.id)}
    before = {reference: each.status for reference, each in known.items()}
    stood = _standings(session, known.values())
    for fact in told:
        if fact.kind is ReversalKind.DISPUTE and fact.currency == receipt.currency:
            known[fact.reversal_ref] = _follow(session, receipt, known.get(fact.reversal_ref), fact, now)
    session.flush()
    explained = {(ReceiptSource.DISPUTE, reference): Explanation(LedgerAccount.DISPUTED) for reference in known}
    reverse(session, receipt, told, now, explained)
    moved = {each for each, standing in _standings(session, known.values()).items() if standing != stood.get(each)}
    of_these = None if is_more_kept else moved
    settled = follow_disputes(session, receipt, now, moved=of_these) if moved or is_more_kept else []
    spare_card(session, receipt.account_id, known.values(), before, now)
    for reference, dispute in known.items():
        _tell(session, dispute, before.get(reference))
    return settled


def _standings(session: Session, disputes: Collection[Dispute]) -> dict[UUID, tuple[DisputeStatus, int]]:
    """How each stands, and what has left by it."""
    left = left_by(session, [each.id for each in disputes])
    return {each.id: (each.status, left.get(each.id, 0)) for each in disputes}


def _follow(session: Session, receipt: Receipt, dispute: Dispute | None, fact: ReversalFact, now: datetime) -> Dispute:
    """News come by turns, so the last are the gateway's last word: also of one that had ended."""
    contest = _contest(fact)
    after = DisputeStatus(contest.state.value)
    if dispute is None:
        dispute = _opened(receipt, fact.reversal_ref, contest, after, now)
        session.add(dispute)
        _prepare_answer(session, dispute)
        return dispute
    dispute.evidence_due_at = contest.evidence_due_at
    if can_move(dispute, after):
        move(dispute, after, now)
        _prepare_answer(session, dispute)
    return dispute


def _contest(fact: ReversalFact) -> Contest:
    if fact.contest is None:
        raise ValueError(f"dispute {fact.reversal_ref} says not what is contested")
    return fact.contest


def _opened(receipt: Receipt, reference: str, contest: Contest, status: DisputeStatus, now: datetime) -> Dispute:
    return Dispute(
        id=uuid7(),
        account_id=receipt.account_id,
        receipt_id=receipt.id,
        gateway=receipt.gateway,
        dispute_ref=reference,
        status=status,
        amount_minor=contest.amount_minor,
        currency=receipt.currency,
        reason=contest.reason,
        evidence_due_at=contest.evidence_due_at,
        opened_at=min(contest.opened_at, now),
        closed_at=now if status in ENDED else None,
    )


def _prepare_answer(session: Session, dispute: Dispute) -> None:
    """Call a person, and write down what speaks for us: whoever does not answer in time has lost."""
    if dispute.status in UNANSWERED:
        # it has just come to stand so: each time another answer is due, also at one instant of a test clock
        stage(session, "dispute_evidence", dispute.id, f"dispute_evidence/{dispute.id}/{uuid7()}")
        due_at = dispute.evidence_due_at
        log.error(
            "dispute_opened",
            dispute_id=str(dispute.id),
            account_id=str(dispute.account_id),
            status=dispute.status.value,
            amount_minor=dispute.amount_minor,
            currency=dispute.currency,
            evidence_due_at=due_at.isoformat() if due_at else "",
        )


def _tell(session: Session, dispute: Dispute, before: DisputeStatus | None) -> None:
    """Call a person: money is lost, has come back after that, or has not come back although the dispute is won."""
    event = _event(session, dispute, before) if dispute.status is not before else ""
    if event:
        log.error(
            event,
            dispute_id=str(dispute.id),
            account_id=str(dispute.account_id),
            status=dispute.status.value,
            unexplained_minor=claimed_by(session, [dispute])[dispute.id],
        )


def _event(session: Session, dispute: Dispute, before: DisputeStatus | None) -> str:
    if dispute.status is DisputeStatus.LOST:
        return "dispute_lost"
    if dispute.status is DisputeStatus.WON and left_by(session, [dispute.id]).get(dispute.id, 0):
        return "dispute_won_and_money_gone"
    return "dispute_lost_no_more" if before is DisputeStatus.LOST else ""
