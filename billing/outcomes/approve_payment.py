"""A person says that the money of a claim came: it is booked, and what follows from a payment follows.

The one door by which money that came past every gateway enters the books.
"""

from dataclasses import replace
from datetime import UTC, datetime, time
from uuid import UUID

from sqlalchemy.orm import Session

from billing.invoices.settle import Settlement, settle_invoices
from billing.invoices.tables import OWED, Invoice
from billing.ledger.post import post
from billing.manual_payments.queries import limit_of, lock_with_invoice
from billing.manual_payments.rules import Approval, check_seen, is_approved, may_be_told_twice, same_person
from billing.manual_payments.states import check_undecided, decide, move
from billing.manual_payments.tables import ClaimStatus, PaymentClaim
from billing.money import Money
from billing.outcomes.attempt_ended import attempt_ended
from billing.outcomes.invoice_paid import invoices_paid
from billing.payments.cancel_under_way import cancel_attempt
from billing.payments.queries import live_attempt
from billing.receipts.receive import Received, capture_of, receive
from billing.receipts.tables import ReceiptRemark
from billing.receipts.write import write_receipts
from database.outbox import stage


def approve_payment(session: Session, claim_id: UUID, approval: Approval, now: datetime) -> PaymentClaim:
    """Book the money, or, above the limit of its currency, let it wait until a second person has approved the same.

    A part pays a part, and what is too much is kept for the account; so is, with a remark that calls a person, what
    was paid twice, for a void invoice or in another currency. What may be the same money as was approved before pays
    what is open all the same, with that remark. `now` is the account's time. Raises Rejected `claim_not_found`,
    `claim_decided`, `stale_approval` for anything else than stands in the books now, and `same_approver` for the first
    person who comes again.
    """
    claim, invoice, others = lock_with_invoice(session, claim_id)
    check_undecided(claim)
    check_seen(claim, invoice, others, approval)
    if is_approved(claim, approval, limit_of(session, claim.currency)):
        remark = ReceiptRemark.PAID_TWICE if may_be_told_twice(claim, others) else ReceiptRemark.NONE
        _approve(session, claim, approval, _book(session, claim, invoice, remark, now), now)
    else:
        move(claim, ClaimStatus.AWAITING_SECOND)
        claim.first_approved_by, claim.first_seen = approval.by, approval.seen
    session.flush()
    return claim


def _approve(session: Session, claim: PaymentClaim, approval: Approval, receipt_id: UUID, now: datetime) -> None:
    if same_person(claim.first_approved_by, approval.by) or claim.first_seen != approval.seen:
        # one person is not two, and who approved something else has not approved this
        claim.first_approved_by = claim.first_seen = ""
    claim.receipt_id = receipt_id
    decide(claim, ClaimStatus.APPROVED, approval.by, now)
    stage(session, "payment_approved", claim.id, f"payment_approved/{claim.id}")


def _book(session: Session, claim: PaymentClaim, invoice: Invoice, remark: ReceiptRemark, now: datetime) -> UUID:
    """The id of the receipt."""
    booked = receive(_received(claim, now), invoice, remark=remark)
    post(session, [booked.movement], now)
    write_receipts(session, [booked])
    if invoice.status in OWED and not invoice.left_minor:
        # paid as of now: whoever waited for the approval had none of what was bought
        settled = [Settlement(invoice, now, now)]
        settle_invoices(session, settled)
        session.flush()
        invoices_paid(session, settled)
    session.flush()
    _call_off(session, invoice, now)
    receipt_id: UUID = booked.receipt["id"]
    return receipt_id


def _call_off(session: Session, invoice: Invoice, now: datetime) -> None:
    """What is under way asks for what is paid by now. A charge that is dropped at once has no outcome."""
    under_way = live_attempt(session, invoice.id)
    if under_way is not None and cancel_attempt(session, under_way.id) and invoice.left_minor:
        attempt_ended(session, invoice, now)


def _received(claim: PaymentClaim, now: datetime) -> Received:
    """A capture whose gateway is the way it came by, and whose reference there is the claim."""
    paid_at = min(datetime.combine(claim.paid_on, time(), UTC), now)
    amount = Money(claim.amount_minor, claim.currency)
    came = capture_of(claim.account_id, None, claim.method.value, str(claim.id), amount, paid_at)
    return replace(came, any_amount=True)
