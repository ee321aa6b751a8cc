"""Pure rules of approving: what exactly is approved, whether one person is enough, and what may be told twice."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from billing.errors import Rejected
from billing.invoices.tables import Invoice
from billing.manual_payments.tables import ClaimStatus, PaymentClaim
from billing.money import Money

# a customer tells the day on which they paid, a bank that on which it booked: weekends and borders lie between
DAYS_APART_MAX = timedelta(days=10)
# by which door somebody decides: at the command line, with a server's API key, or as one of the staff
OPERATOR, KEY, STAFF = "operator/", "key/", "staff/"
# the cause of a claim that was made of a line of the bank
OF_LINE = "statement_line/"


@dataclass(frozen=True, slots=True)
class Approval:
    """By whom, and the fingerprint of what they were shown."""

    by: str
    seen: str


class Told(NamedTuple):
    """Money is said to have come for an invoice, by a claim or by a line of the bank.

    `paid_as` is the reference that was given, `is_seen` whether all of it stands on a statement.
    """

    account_id: UUID
    invoice_id: UUID
    paid_as: str
    amount: Money
    day: date
    is_by_bank: bool
    is_seen: bool


def is_told_by_bank(claim: PaymentClaim) -> bool:
    """Whether it was made of a line of a statement."""
    return claim.cause.startswith(OF_LINE)


def told_by(claim: PaymentClaim) -> Told:
    """What a claim says."""
    return Told(
        account_id=claim.account_id,
        invoice_id=claim.invoice_id,
        paid_as=claim.paid_as,
        amount=Money(claim.amount_minor, claim.currency),
        day=claim.paid_on,
        is_by_bank=is_told_by_bank(claim),
        is_seen=claim.seen_minor >= claim.amount_minor,
    )


def is_as_much(one: Told, other: Told) -> bool:
    """Whether both say the same amount, at about the same day."""
    return one.amount == other.amount and abs(one.day - other.day) <= DAYS_APART_MAX


def may_be_same(one: Told, other: Told) -> bool:
    """Whether one payment may be told twice. What stands on statements twice was paid twice.

    What the bank tells of an invoice may be whatever its customer tells of that, who mistypes amounts and days. Two
    that a customer tells are one only where they are as much; so are two of different invoices of an account.
    """
    if one.is_seen and other.is_seen:
        return False
    of_one_invoice = one.invoice_id == other.invoice_id or one.paid_as == other.paid_as
    if of_one_invoice and one.is_by_bank != other.is_by_bank:
        return True
    return (of_one_invoice or one.account_id == other.account_id) and is_as_much(one, other)


def may_be_told_twice(claim: PaymentClaim, others: Sequence[PaymentClaim]) -> bool:
    """Whether the money of a claim may be what was approved by another."""
    told = told_by(claim)
    return any(other.status is ClaimStatus.APPROVED and may_be_same(told, told_by(other)) for other in others)


def same_person(one: str, other: str) -> bool:
    """Whether two who decide are one: by either door, and however the name is written."""
    first, second = (
        name.removeprefix(OPERATOR).removeprefix(KEY).removeprefix(STAFF).casefold() for name in (one, other)
    )
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
