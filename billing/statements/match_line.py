"""A person says what a line is the money of."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clocks.timelines import now_of
from billing.clocks.wall import Wall
from billing.errors import Rejected
from billing.manual_payments.queries import lock_to_pay, lock_with_invoice
from billing.manual_payments.tables import ClaimStatus, PaymentClaim
from billing.receipts.call_person import call_person
from billing.receipts.tables import ReceiptRemark
from billing.refunds.tables import Refund
from billing.statements.claims import claim_for, see
from billing.statements.queries import check_undecided, lock_line
from billing.statements.split_line import split_line
from billing.statements.tables import StatementLine


def match_with_invoice(session: Session, line_id: UUID, invoice_id: UUID, by: str, wall: Wall) -> PaymentClaim:
    """Make money that came a claim of an invoice; approving that is another step, by the same rules as any.

    A claim of the customer's about the same money is that claim. Raises Rejected `line_not_found`, `line_decided`,
    `line_misfit` for money that left, and as `submit_claim`.
    """
    line = lock_line(session, line_id)
    check_undecided(session, line)
    if line.amount_minor <= 0:
        raise Rejected("line_misfit", "This money left the account; it is matched with a refund.", status=409)
    invoice = lock_to_pay(session, invoice_id)
    return claim_for(session, line, invoice, by, now_of(session, invoice.account_id, wall))


def match_with_claim(session: Session, line_id: UUID, claim_id: UUID, by: str) -> PaymentClaim:
    """Say that a line is money that was approved by hand before, whatever its day and amount. Nothing moves.

    What the line is more than was unseen of the claim becomes an open line of its own. What it is less stays unseen,
    and calls a person: another line may bring it, else it never came and goes out of the books again as a refund.
    Raises Rejected `line_not_found`, `line_decided`, `claim_not_found`, and `line_misfit` for money that left or came
    in another currency, and for a claim that is not approved or was seen before.
    """
    line = lock_line(session, line_id)
    check_undecided(session, line)
    claim, _, _ = lock_with_invoice(session, claim_id)
    unseen_minor = claim.amount_minor - claim.seen_minor if claim.status is ClaimStatus.APPROVED else 0
    if line.amount_minor <= 0 or line.currency != claim.currency or not unseen_minor:
        raise Rejected("line_misfit", "This line cannot be what was approved by that claim and not seen.", status=409)
    if line.amount_minor > unseen_minor:
        split_line(session, line, unseen_minor)
    see(session, line, claim, by)
    if claim.seen_minor < claim.amount_minor and claim.receipt_id is not None:
        call_person(session, claim.receipt_id, ReceiptRemark.OTHER_AMOUNT)
    return claim


def match_with_refund(session: Session, line_id: UUID, refund_id: UUID, by: str) -> Refund:
    """Say that a line is a refund that a person has paid out. Nothing moves: the books have that already.

    Raises Rejected `line_not_found`, `line_decided`, `refund_not_found`, and `line_misfit` unless it is as much, was
    paid out, and is no other line's.
    """
    line = lock_line(session, line_id)
    check_undecided(session, line)
    refund = session.get(Refund, refund_id, with_for_update=True, populate_existing=True)
    if refund is None:
        raise Rejected("refund_not_found", f"There is no refund {refund_id}.", status=404)
    if refund.paid_out_on is None or (line.amount_minor, line.currency) != (-refund.amount_minor, refund.currency):
        raise Rejected("line_misfit", "This line is not what that refund has paid out.", status=409)
    if session.scalar(select(StatementLine.id).where(StatementLine.refund_id == refund.id)) is not None:
        raise Rejected("line_misfit", "Another line is matched with that refund.", status=409)
    line.claim_id, line.refund_id, line.ignored_for, line.decided_by = None, refund.id, "", by
    session.flush()
    return refund
