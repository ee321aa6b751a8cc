"""What follows when an issued invoice was voided: a paper says so, and disputed money that had paid it waits."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.clocks.timelines import now_of
from billing.clocks.wall import Wall
from billing.credit_notes.credit_voided import credit_voided
from billing.disputes.follow_disputes import follow_disputes
from billing.disputes.queries import disputed_payments
from billing.outcomes.invoice_paid import invoices_paid
from billing.refunds.refundable import lock_refundable


def invoice_voided(session: Session, invoice_id: UUID, wall: Wall) -> None:
    """Set apart what disputes claim of it, and issue its credit note; a second time changes nothing."""
    for payment_id in disputed_payments(session, invoice_id):
        payment = lock_refundable(session, payment_id).receipt
        invoices_paid(session, follow_disputes(session, payment, now_of(session, payment.account_id, wall)))
    credit_voided(session, invoice_id, wall)
