"""Which claim a line is the money of: the customer's own, or one that is made of the line."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from billing.invoices.tables import Invoice
from billing.manual_payments.queries import STANDING, lock_claim, standing_claims
from billing.manual_payments.reference import number_in_reference, reference_of
from billing.manual_payments.rules import OF_LINE, Told, is_as_much, may_be_same, told_by
from billing.manual_payments.submit import Claimed, submit_claim
from billing.manual_payments.tables import ClaimStatus, PaymentClaim
from billing.money import Money
from billing.payment_methods.tables import ManualMethod
from billing.refunds.left import refunded_minor
from billing.statements.references import checked_numbers
from billing.statements.tables import StatementLine
from database.ids import uuid7

# a mail shows it; banks carry so much
PAID_AS_LENGTH_MAX = 140


def claims_of(session: Session, line: StatementLine, invoice: Invoice) -> Sequence[PaymentClaim]:
    """Claims that tell this very money, and that no line is matched with: approved ones first, then the oldest."""
    found = [
        claim for claim in standing_claims(session, [invoice]) if _is_told_alike(session, claim, _told(line, invoice))
    ]
    return sorted(found, key=lambda claim: claim.status is not ClaimStatus.APPROVED)


def unsure_claims(session: Session, line: StatementLine, invoice: Invoice) -> Sequence[PaymentClaim]:
    """What else may tell it, and is not, or not as much, on a statement yet: the oldest first.

    Money under the invoice's reference may be what was claimed with another amount, day or way, of which something went
    back, or for another invoice. Where a claim that waits tells this very money, others that wait do not matter.
    """
    alike, told = claims_of(session, line, invoice), _told(line, invoice)
    return [
        claim
        for claim in standing_claims(session, [invoice])
        if claim not in alike
        and may_be_same(told, told_by(claim))
        and (claim.status is ClaimStatus.APPROVED or not alike)
    ]


def _told(line: StatementLine, invoice: Invoice) -> Told:
    """What the bank says by a line under the invoice's reference."""
    amount, named = Money(line.amount_minor, line.currency), reference_of(invoice.number or "")
    return Told(invoice.account_id, invoice.id, named, amount, line.booked_on, is_by_bank=True, is_seen=True)


def _is_told_alike(session: Session, claim: PaymentClaim, told: Told) -> bool:
    """Of what went back a person has to say whether it had come at all."""
    names_another = claim.paid_as != told.paid_as and number_in_reference(claim.paid_as) is not None
    return (
        claim.invoice_id == told.invoice_id
        and claim.method is ManualMethod.BANK_TRANSFER
        and not (claim.seen_minor or names_another)
        and is_as_much(told_by(claim), told)
        and not (claim.receipt_id and refunded_minor(session, claim.receipt_id))
    )


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
    claim_id, named = uuid7(), checked_numbers(line.reference, line.text)
    claimed = Claimed(
        invoice_id=invoice.id,
        method=ManualMethod.BANK_TRANSFER,
        amount=Money(line.amount_minor, line.currency),
        paid_on=line.booked_on,
        submitted_by=by,
        # a line may be matched anew when its claim was rejected
        cause=f"{OF_LINE}{line.id}/{claim_id}",
        paid_as=reference_of(*named) if len(named) == 1 else line.reference or line.text[:PAID_AS_LENGTH_MAX],
    )
    return submit_claim(session, claim_id, claimed, now)
