"""`cashbeat payment`: what came past every gateway, decided from the command line."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.clocks.timelines import now_of
from billing.clocks.wall import Wall
from billing.manual_payments.queries import WAITING, get_claim, limit_of, list_claims, show_claim
from billing.manual_payments.reference import number_in_reference
from billing.manual_payments.reject import reject_claim
from billing.manual_payments.rules import Approval
from billing.manual_payments.set_limit import set_limit
from billing.money import Money, format_major
from billing.outcomes.approve_payment import approve_payment
from database.pages import Paging
from schemas.commands.manual_payments import RejectPayment
from schemas.views.manual_payments import OtherClaimView, PaymentClaimView
from settings import Settings
from stack.payments import operator, refusals_told
from stack.prices import parse_money
from stack.printable import printable_line
from stack.sessions import reading, session


def list_waiting(settings: Settings, limit: int) -> list[str]:
    """A line per claim that waits for a person, the newest last. Raises StackError without a database."""
    with reading(settings) as opened:
        waiting = [each for status in WAITING for each in list_claims(opened, Paging(limit=limit), status=status).data]
        return [_line(claim) for claim in sorted(waiting, key=lambda claim: claim.created_at)[-limit:]]


def show(settings: Settings, claim_id: UUID) -> list[str]:
    """All that whoever decides has to see. Raises StackError for a claim that there is not."""
    with refusals_told(), reading(settings) as opened:
        return shown_claim(opened, claim_id)


def shown_claim(opened: Session, claim_id: UUID) -> list[str]:
    """The same, within a transaction."""
    return list(_shown(opened, show_claim(opened, claim_id)))


def approve(settings: Settings, claim_id: UUID, seen: str, who: str) -> str:
    """Where the claim stands then; raises StackError for what cannot be, and then nothing is written."""
    with refusals_told(), session(settings) as opened:
        claim = approve_payment(opened, claim_id, Approval(operator(who), seen), _now(opened, claim_id))
        return f"claim {claim.id}: {claim.status}"


def reject(settings: Settings, claim_id: UUID, reason: str, who: str) -> str:
    """The same."""
    command = RejectPayment(claim_id=claim_id, reason=reason)
    with refusals_told(), session(settings) as opened:
        claim = reject_claim(opened, claim_id, command.reason, operator(who), _now(opened, claim_id))
        return f"claim {claim.id}: {claim.status}"


def limit(settings: Settings, amount: str) -> str:
    """Set it; raises StackError for what is no amount."""
    money = parse_money(amount)
    with session(settings) as opened:
        set_limit(opened, money)
    return f"above {format_major(money)} a second person has to approve"


def _now(opened: Session, claim_id: UUID) -> datetime:
    return now_of(opened, get_claim(opened, claim_id).account_id, Wall(datetime.now(UTC)))


def _line(claim: PaymentClaimView) -> str:
    amount = format_major(Money(claim.amount_minor, claim.currency))
    return f"{claim.paid_on}  {claim.id}  {amount}  {claim.method}  for {claim.invoice_number}  {claim.status}"


def _other(other: OtherClaimView) -> str:
    amount, seen = (format_major(Money(minor, other.currency)) for minor in (other.amount_minor, other.seen_minor))
    same = " MAY BE THE SAME MONEY:" if other.may_be_the_same else " of the invoice also"
    what = printable_line(f"{other.id}  {amount}  {other.method}  as {other.reference}")
    return f" {same} {other.paid_on}  {what}  {other.status}, {seen} on statements"


def _shown(opened: Session, claim: PaymentClaimView) -> Iterator[str]:
    left = format_major(Money(claim.invoice_left_minor, claim.invoice_currency))
    yield _line(claim)
    yield printable_line(f"  reference {claim.reference}, claimed by {claim.submitted_by}")
    if number_in_reference(claim.reference) not in {None, claim.invoice_number}:
        yield "  THAT IS THE REFERENCE OF ANOTHER INVOICE"
    yield f"  the invoice is {claim.invoice_status}, {left} is left to pay"
    if claim.seen_minor:
        yield f"  {format_major(Money(claim.seen_minor, claim.currency))} of it stand on statements of the bank"
    yield from map(_other, claim.others)
    limit_minor = limit_of(opened, claim.currency)
    if limit_minor is not None and claim.amount_minor > limit_minor:
        yield printable_line(f"  two people have to approve; so far: {claim.first_approved_by or 'nobody'}")
    yield f"  fingerprint {claim.fingerprint}"
