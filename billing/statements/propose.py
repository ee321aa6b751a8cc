"""Find what a line is. Nothing is written by it."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from billing.accounts.tables import Account
from billing.invoices.tables import OWED, Invoice
from billing.manual_payments.tables import ClaimStatus, PaymentClaim
from billing.payment_methods.tables import ManualMethod
from billing.refunds.tables import Refund
from billing.statements.claims import claims_of, unsure_claims
from billing.statements.references import checked_numbers, unchecked_numbers
from billing.statements.rules import Finding, Proposal, same_name, weigh
from billing.statements.tables import StatementLine

# a bank that takes back what it had booked does so within days
REVERSED_WITHIN = timedelta(days=14)
# one file has the day on which a payment was booked, another that of its value: weekends and holidays lie between
TWIN_WITHIN = timedelta(days=5)


def propose(session: Session, line: StatementLine) -> Proposal:
    """What it is, as the books stand. What a person has rejected or undone once is a person's."""
    if line.is_reversal:
        return Proposal(Finding.REVERSAL)
    if line.amount_minor <= 0:
        return _paid_out(session, line)
    if line.claim_id is not None:
        return Proposal(Finding.REJECTED, str(line.claim_id))
    if line.decided_by:
        return Proposal(Finding.UNMATCHED)
    if _is_taken_back(session, line):
        return Proposal(Finding.TAKEN_BACK)
    if line.is_collective:
        return Proposal(Finding.COLLECTIVE)
    named = _invoices(session, checked_numbers(line.reference, line.text))
    if not named:
        return _guess(session, line)
    if len(named) > 1:
        return Proposal(Finding.SEVERAL)
    return _of(session, line, named[0])


def _of(session: Session, line: StatementLine, invoice: Invoice) -> Proposal:
    number = invoice.number or ""
    if _has_twin(session, line, invoice) or _has_twin_set_aside(session, line, number):
        return Proposal(Finding.TWIN, number)
    if any(claim.status is ClaimStatus.APPROVED for claim in claims_of(session, line, invoice)):
        return Proposal(Finding.APPROVED_BEFORE, number)
    unsure = unsure_claims(session, line, invoice)
    return Proposal(Finding.UNSEEN, str(unsure[0].id)) if unsure else Proposal(weigh(line, invoice), number)


def _guess(session: Session, line: StatementLine) -> Proposal:
    """By a number without check digits, else by amount and payer: for a person to look at."""
    numbered = _invoices(session, unchecked_numbers(line.reference, line.text))
    guessed = numbered or _of_payer(session, line)
    if not guessed:
        return Proposal(Finding.NOTHING)
    if len(guessed) > 1:
        return Proposal(Finding.SEVERAL)
    return Proposal(Finding.MISTYPED if numbered else Finding.AMOUNT_AND_PAYER, guessed[0].number or "")


def _invoices(session: Session, numbers: set[str]) -> Sequence[Invoice]:
    return session.scalars(select(Invoice).where(Invoice.number.in_(numbers))).all() if numbers else ()


def _of_payer(session: Session, line: StatementLine) -> list[Invoice]:
    as_much = select(Invoice, Account.name).join(Account, Account.id == Invoice.account_id)
    owed = as_much.where(
        Invoice.status.in_(OWED),
        Invoice.currency == line.currency,
        Invoice.gateway == "",
        Invoice.total_minor - Invoice.allocated_minor == line.amount_minor,
    )
    return [invoice for invoice, name in session.execute(owed) if same_name(name, line.payer)]


def _has_twin(session: Session, line: StatementLine, invoice: Invoice) -> bool:
    """As much was told for it already by another line, within days or under the same reference of the bank's.

    Two files may give one payment different days or references, call the account differently, or be two exports in one;
    then only a person can tell it from a second payment, and whether what was rejected has come after all.
    """
    other = aliased(StatementLine)
    # one of them may be a part of what the other is all of
    of_other_file = (other.entry_minor == line.entry_minor) & (other.identity != line.identity)
    twin = (
        select(other.id)
        .join(PaymentClaim, PaymentClaim.id == other.claim_id)
        .where(
            other.id != line.id,
            _at_about(line, other),
            (other.amount_minor == line.amount_minor) | of_other_file,
            other.currency == line.currency,
            PaymentClaim.invoice_id == invoice.id,
        )
    )
    return session.scalar(twin.limit(1)) is not None


def _has_twin_set_aside(session: Session, line: StatementLine, number: str) -> bool:
    """The same of what a person has said is nobody's, or not what it was matched with."""
    alike = select(StatementLine).where(
        StatementLine.id != line.id,
        _at_about(line, StatementLine),
        StatementLine.amount_minor == line.amount_minor,
        StatementLine.currency == line.currency,
        StatementLine.claim_id.is_(None),
        StatementLine.decided_by != "",
    )
    return any(number in _numbers(other) for other in session.scalars(alike))


def _at_about(line: StatementLine, other: type[StatementLine]) -> ColumnElement[bool]:
    within = other.booked_on.between(line.booked_on - TWIN_WITHIN, line.booked_on + TWIN_WITHIN)
    return within | ((other.bank_ref == line.bank_ref) & (other.bank_ref != ""))


def _numbers(line: StatementLine) -> set[str]:
    return checked_numbers(line.reference, line.text) | unchecked_numbers(line.reference, line.text)


def _is_taken_back(session: Session, line: StatementLine) -> bool:
    """A reversal of as much, or of the entry that it is a part of, stands on the account: it may take this back."""
    reversal = select(StatementLine.id).where(
        StatementLine.account == line.account,
        StatementLine.is_reversal,
        StatementLine.amount_minor.in_((-line.amount_minor, -line.entry_minor)),
        StatementLine.currency == line.currency,
        StatementLine.booked_on.between(line.booked_on, line.booked_on + REVERSED_WITHIN),
    )
    return session.scalar(reversal.limit(1)) is not None


def _paid_out(session: Session, line: StatementLine) -> Proposal:
    matched = select(StatementLine.id).where(StatementLine.refund_id == Refund.id)
    as_much = select(Refund.id).where(
        Refund.gateway == ManualMethod.BANK_TRANSFER,
        Refund.amount_minor == -line.amount_minor,
        Refund.currency == line.currency,
        ~matched.exists(),
    )
    found = session.scalars(as_much.limit(2)).all()
    return Proposal(Finding.REFUND, str(found[0])) if len(found) == 1 else Proposal(Finding.OUTGOING)
