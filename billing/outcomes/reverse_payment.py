"""What follows when captured money leaves again: it is booked, or it is told that we do not know the payment."""

from sqlalchemy.orm import Session

from billing.clocks.timelines import now_of
from billing.clocks.wall import Wall
from billing.disputes.record_disputes import record_disputes
from billing.errors import Unavailable, UnknownMark
from billing.outcomes.invoice_paid import invoices_paid
from billing.payments.queries import as_uuid
from billing.payments.tables import PaymentAttempt
from billing.receipts.queries import as_booked, find_captured
from billing.refunds.record_refunds import record_refunds
from billing.refunds.refundable import lock_refundable
from billing.subscriptions.tables import Subscription
from schemas.facts.reversals import ReversedPaymentFact


def reverse_payment(session: Session, fact: ReversedPaymentFact, wall: Wall) -> None:
    """Book what has left of a payment by now; of a payment that is not ours nothing is written.

    Raises Unavailable as long as the payment itself may still be on its way into the books, UnknownMark when it never
    will be.
    """
    references = [ref for ref in (fact.payment_ref, fact.charge_ref, fact.invoice_ref) if ref]
    receipt_id = find_captured(session, fact.gateway, references)
    if receipt_id is not None:
        refundable = lock_refundable(session, receipt_id)
        now = now_of(session, refundable.receipt.account_id, wall)
        reversals = as_booked(session, fact.gateway, fact.reversals)
        is_more_kept = record_refunds(session, refundable, reversals, now)
        settled = record_disputes(session, refundable.receipt, reversals, now, is_more_kept=is_more_kept)
        invoices_paid(session, settled)
    elif any(reversal.left_minor for reversal in fact.reversals):
        _refuse_if_ours(session, fact)


def _refuse_if_ours(session: Session, fact: ReversedPaymentFact) -> None:
    for mark, table in ((fact.attempt_id, PaymentAttempt), (fact.subscription_id, Subscription)):
        our_id = as_uuid(mark)
        if our_id is not None and session.get(table, our_id) is not None:
            raise Unavailable(f"the payment {fact.payment_ref or fact.charge_ref} is not in our books yet")
        if mark:
            raise UnknownMark(f"money left of {fact.charge_ref}, which bears the unknown mark {mark}")
