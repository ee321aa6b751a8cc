"""Book a line whose invoice is sure, by the rules by which any payment past the gateways is approved."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clocks.timelines import now_of
from billing.clocks.wall import Wall
from billing.invoices.tables import Invoice
from billing.manual_payments.queries import WAITING, lock_to_pay, others_of
from billing.manual_payments.rules import Approval, fingerprint_of, same_person
from billing.manual_payments.tables import PaymentClaim
from billing.outcomes.approve_payment import approve_payment
from billing.statements.claims import claim_for
from billing.statements.propose import propose
from billing.statements.queries import lock_line, standing_of
from billing.statements.rules import Proposal


def book_line(session: Session, line_id: UUID, by: str, wall: Wall) -> Proposal | None:
    """Book it if it is sure, and tell what it was found to be; None for one about which is decided already.

    Above the limit of its currency its claim waits for a second person then. Raises Rejected `line_not_found`, and as
    `submit_claim` and `approve_payment`.
    """
    line = lock_line(session, line_id)
    if standing_of(session, line) != "open":
        return None
    proposal = propose(session, line)
    if not proposal.is_sure:
        return proposal
    invoice = _lock(session, proposal.of)
    # what it was found to be may be another now that nobody else has the invoice
    proposal = propose(session, line)
    if proposal.is_sure and proposal.of == invoice.number:
        now = now_of(session, invoice.account_id, wall)
        _approve(session, claim_for(session, line, invoice, by, now), invoice, by, now)
    return proposal


def _lock(session: Session, number: str) -> Invoice:
    return lock_to_pay(session, session.scalars(select(Invoice.id).where(Invoice.number == number)).one())


def _approve(session: Session, claim: PaymentClaim, invoice: Invoice, by: str, now: datetime) -> None:
    """What is approved stays so, and whoever was the first of two people is not the second."""
    if claim.status in WAITING and not same_person(claim.first_approved_by, by):
        seen = fingerprint_of(claim, invoice, others_of(session, claim, invoice))
        approve_payment(session, claim.id, Approval(by, seen), now)
