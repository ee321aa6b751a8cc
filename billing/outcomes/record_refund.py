"""Record what a gateway answered when we asked for a refund."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clocks.timelines import now_of
from billing.clocks.wall import Wall
from billing.disputes.follow_disputes import follow_disputes
from billing.outcomes.invoice_paid import invoices_paid
from billing.refunds.record_refunds import record_refunds
from billing.refunds.refundable import lock_refundable
from billing.refunds.tables import Refund
from schemas.facts.reversals import ReversalFact


def record_refund(session: Session, refund_id: UUID, fact: ReversalFact, wall: Wall) -> None:
    """Bring the books to it; its webhook, which may come first, ends in the same function and changes nothing more."""
    receipt_id = session.scalars(select(Refund.receipt_id).where(Refund.id == refund_id)).one()
    refundable = lock_refundable(session, receipt_id)
    now = now_of(session, refundable.receipt.account_id, wall)
    if record_refunds(session, refundable, [fact], now):
        invoices_paid(session, follow_disputes(session, refundable.receipt, now))
