"""Record refunds, as the gateway of a payment tells them: ours, and those that were made there."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from billing.credit_notes.tables import CreditNoteReason
from billing.ledger.tables import LedgerAccount
from billing.payments.queries import as_uuid
from billing.receipts.reverse import Explained, Explanation, reverse
from billing.receipts.tables import Receipt, ReceiptSource
from billing.refunds.explain_refunds import explain_refunds
from billing.refunds.fail_refund import fail_refund
from billing.refunds.give_back import give_back
from billing.refunds.refundable import Refundable, lock_refundable, lock_refunds
from billing.refunds.stage_mail import stage_refund_mail
from billing.refunds.states import can_move, move
from billing.refunds.tables import WITHOUT_EFFECT, Refund, RefundStatus, UsedCredits
from database.ids import uuid7
from schemas.facts.reversals import ReversalFact, ReversalKind

# whoever refunds in the gateway's dashboard knows nothing of credits, and the money is gone
HEARD_USED_CREDITS = UsedCredits.FORGIVE
AT_THE_GATEWAY = "gateway"


def record_refunds(session: Session, refundable: Refundable, facts: Sequence[ReversalFact], now: datetime) -> bool:
    """Bring the books to what a gateway says has left of a payment; news that is known already changes nothing.

    A refund that is not ours is explained as if it were, see `give_back`; one in another currency than the payment
    stays unexplained. Returns whether money is kept now because a refund failed: a dispute may have taken it. The
    caller holds the locks of `lock_refundable`. `now` is the account's time.
    """
    receipt = refundable.receipt
    refunds = lock_refunds(session, receipt)
    told = _refunds_told(session, refundable, refunds, facts, now)
    fresh = [
        fact for fact in facts if fact.kind is ReversalKind.REFUND and not _is_late(told.get(fact.reversal_ref), fact)
    ]
    reverse(session, receipt, fresh, now, _explained(told))
    back = [
        each
        for fact in fresh
        if fact.reversal_ref in told
        for each in _take(session, told[fact.reversal_ref], fact, now)
    ]
    explain_refunds(session, refunds, [*refundable.kept, *back], now)
    session.flush()
    for refund in told.values():
        stage_refund_mail(session, refund)
    return bool(back)


def _refunds_told(
    session: Session, refundable: Refundable, refunds: list[Refund], facts: Sequence[ReversalFact], now: datetime
) -> dict[str, Refund]:
    """The refunds that are told of, by their references; those that are heard of first are given back, and added."""
    receipt, told = refundable.receipt, {}
    for fact in facts:
        if fact.kind is not ReversalKind.REFUND or fact.currency != receipt.currency:
            continue
        refund = _find(refunds, fact)
        if refund is None and fact.left_minor:
            refund = _heard(receipt, fact, refunds)
            # what is left of everything is another figure after each
            give_back(session, lock_refundable(session, receipt.id), refund, now)
            session.flush()
            refunds.append(refund)
        if refund is not None:
            told[fact.reversal_ref] = refund
    return told


def _explained(told: Mapping[str, Refund]) -> Explained:
    return {
        (ReceiptSource.REFUND, reference): Explanation(LedgerAccount.REFUNDS_PAYABLE, refund.unexplained_minor == 0)
        for reference, refund in told.items()
    }


def _is_late(refund: Refund | None, fact: ReversalFact) -> bool:
    """What has failed has failed: an answer that was on its way since before that books nothing."""
    return refund is not None and refund.status in WITHOUT_EFFECT and fact.left_minor > 0


def _find(known: Sequence[Refund], fact: ReversalFact) -> Refund | None:
    """By the gateway's reference, else by our id: of two that bear one id, one has its reference."""
    for refund in known:
        if fact.reversal_ref and refund.refund_ref == fact.reversal_ref:
            return refund
    ours = [refund for refund in known if str(refund.id) == fact.refund_id and not refund.refund_ref]
    # what was refused has no reference there: money that left under its mark did so by another call
    was_refused = ours and ours[0].status in WITHOUT_EFFECT and fact.left_minor
    return ours[0] if ours and not was_refused else None


def _heard(receipt: Receipt, fact: ReversalFact, known: Sequence[Refund]) -> Refund:
    """One that is not in the books: it has its id again, if it was ours and no other has it."""
    marked = as_uuid(fact.refund_id)
    is_free = marked is not None and all(refund.id != marked for refund in known)
    refund_id = marked if is_free and marked is not None else uuid7()
    return Refund(
        id=refund_id,
        account_id=receipt.account_id,
        receipt_id=receipt.id,
        cause=f"heard/{receipt.gateway}/{fact.reversal_ref}",
        gateway=receipt.gateway,
        refund_ref=fact.reversal_ref,
        status=RefundStatus.CREATED,
        amount_minor=fact.left_minor,
        currency=fact.currency,
        reason=CreditNoteReason.REFUNDED_AT_GATEWAY,
        used_credits=HEARD_USED_CREDITS,
        requested_by=AT_THE_GATEWAY,
        request={},
    )


def _take(session: Session, refund: Refund, fact: ReversalFact, now: datetime) -> list[Receipt]:
    """State never moves backwards: old news of one that has failed since change nothing. Returns what is kept now."""
    if fact.state is None:
        raise ValueError(f"refund {fact.reversal_ref} has no state")
    after = RefundStatus(fact.state.value)
    refund.refund_ref = refund.refund_ref or fact.reversal_ref
    if not can_move(refund, after):
        return []
    move(refund, after)
    refund.failure_code = fact.failure_code
    kept = fail_refund(session, refund, now) if after in WITHOUT_EFFECT else None
    session.flush()
    return [kept] if kept else []
