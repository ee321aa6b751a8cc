"""Pure rules of approving: what exactly is approved, whether one person is enough, and what may be told twice."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from billing.errors import Rejected
from billing.invoices.tables import Invoice
from billing.manual_payments.tables import ClaimStatus, PaymentClaim
from billing.money import Money

# a customer tells the day on which they paid, a bank that on which it booked: weekends and borders lie between
DAYS_APART_MAX = timedelta(days=10)
# by which door somebody decides: at the command line, or with an API key
OPERATOR, KEY = "operator/", "key/"


@dataclass(frozen=True, slots=True)
class Approval:
    """By whom, and the fingerprint of what they were shown."""

    by: str
    seen: str


def is_same_money(claim: PaymentClaim, amount: Money, day: date) -> bool:
    """Whether as much is claimed to have been paid at about that day: it may be one payment that is told twice."""
    return Money(claim.amount_minor, claim.currency) == amount and abs(claim.paid_on - day) <= DAYS_APART_MAX


def may_be_told_twice(claim: PaymentClaim, others: Sequence[PaymentClaim]) -> bool:
    """Whether the money of a claim may be what was approved by another; what both stand on statements for is not."""
    amount = Money(claim.amount_minor, claim.currency)
    return any(
        other.status is ClaimStatus.APPROVED
        and is_same_money(other, amount, claim.paid_on)
        and not (claim.seen_minor and other.seen_minor)
        for other in others
    )


def same_person(one: str, other: str) -> bool:
    """Whether two who decide are one: by either door, and however the name is written."""
    first, second = (name.removeprefix(OPERATOR).removeprefix(KEY).casefold() for name in (one, other))
    return first == second


def fingerprint_of(claim: PaymentClaim, invoice: Invoice, others: Sequence[PaymentClaim]) -> str:
    """What an approval is bound to: the claim, where its invoice stands, and what else is claimed to have paid that.

    Of a claim only its proof changes, and of an issued invoice how much of it is left, and whether that is owed.
    """
    standing = [[str(other.id), other.status] for other in others]
    shown = [str(claim.id), claim.proof_sha256, invoice.status, invoice.left_minor, standing]
    return sha256(json.dumps(shown).encode()).hexdigest()


def check_seen(claim: PaymentClaim, invoice: Invoice, others: Sequence[PaymentClaim], approval: Approval) -> None:
    """Raises Rejected `stale_approval` where anything of it is not any more as it was shown."""
    if approval.seen != fingerprint_of(claim, invoice, others):
        raise Rejected("stale_approval", "This has changed since you looked at it: look again.", status=409)


def is_approved(claim: PaymentClaim, approval: Approval, limit_minor: int | None) -> bool:
    """Whether nobody else has to approve: it is within the limit, or somebody else has approved the very same.

    Raises Rejected `same_approver` for whoever has done so and comes again.
    """
    if limit_minor is None or claim.amount_minor <= limit_minor:
        return True
    if claim.status is not ClaimStatus.AWAITING_SECOND or claim.first_seen != approval.seen:
        return False
    if same_person(claim.first_approved_by, approval.by):
        raise Rejected("same_approver", "You have approved this already; somebody else must, too.", status=409)
    return True
