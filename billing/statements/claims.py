"""Which claim a line is the money of: the customer's own, or one that is made of the line."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from billing.invoices.tables import Invoice
from billing.manual_payments.queries import STANDING, lock_claim, standing_claims
from billing.manual_payments.rules import is_same_money
from billing.manual_payments.submit import Claimed, submit_claim
from billing.manual_payments.tables import ClaimStatus, PaymentClaim
from billing.money import Money
from billing.payment_methods.tables import ManualMethod
from billing.statements.tables import StatementLine
from database.ids import uuid7

# a mail shows it; banks carry so much
PAID_AS_LENGTH_MAX = 140


def claims_of(session: Session, line: StatementLine, invoice: Invoice) -> Sequence[PaymentClaim]:
    """Claims that may be of this very money and that no line is matched with: approved ones first, then the oldest."""
    amount = Money(line.amount_minor, line.currency)
    found = [
        claim
        for claim in standing_claims(session, [invoice.id])
        if claim.method is ManualMethod.BANK_TRANSFER
        and not claim.seen_minor
        and is_same_money(claim, amount, line.booked_on)
    ]
    return sorted(found, key=lambda claim: claim.status is not ClaimStatus.APPROVED)


def unseen_claims(session: Session, invoice: Invoice) -> Sequence[PaymentClaim]:
    """What people have approved, and what is not, or not as much, on a statement yet: the oldest first.

    Any line under the invoice's reference may be that money, with another amount, day or way than was claimed.
    """
    return [
        claim
        for claim in standing_claims(session, [invoice.id])
        if claim.status is ClaimStatus.APPROVED and claim.seen_minor < claim.amount_minor
    ]


def claim_for(session: Session, line: StatementLine, invoice: Invoice, by: str, now: datetime) -> PaymentClaim:
    """The claim that was made of this money, or a new one, which nobody has approved yet. Matches the line with it.

    The caller holds the row locks of the line and of the invoice. Raises Rejected as `submit_claim`.
    """
    locked = (lock_claim(session, claim.id) for claim in claims_of(session, line, invoice))
    # it may have been rejected before it was locked
    standing = next((claim for claim in locked if claim.status in STANDING), None)
    return see(session, line, standing or _submit(session, line, invoice, by, now), by)


def see(session: Session, line: StatementLine, claim: PaymentClaim, by: str) -> PaymentClaim:
    """The line is money of the claim, no more than is unseen of it. The caller holds the row locks of both."""
    line.claim_id, line.refund_id, line.ignored_for, line.decided_by = claim.id, None, "", by
    claim.seen_minor += line.amount_minor
    session.flush()
    return claim


def _submit(session: Session, line: StatementLine, invoice: Invoice, by: str, now: datetime) -> PaymentClaim:
    claim_id = uuid7()
    claimed = Claimed(
        invoice_id=invoice.id,
        method=ManualMethod.BANK_TRANSFER,
        amount=Money(line.amount_minor, line.currency),
        paid_on=line.booked_on,
        submitted_by=by,
        # a line may be matched anew when its claim was rejected
        cause=f"statement_line/{line.id}/{claim_id}",
        paid_as=line.reference or line.text[:PAID_AS_LENGTH_MAX],
    )
    return submit_claim(session, claim_id, claimed, now)
