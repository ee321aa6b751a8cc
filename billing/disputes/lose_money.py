"""Lose money: what a bank has decided against us is taken out of what was kept, or paid, of it."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.catalog.amount_rules import load_amount_rules
from billing.disputes.claims import bearing_of, claim_on, lock_claims
from billing.disputes.owe_from_before import owe_from_before
from billing.disputes.post_dispute import post_dispute
from billing.disputes.rules import Claim, Met, Shares, meet_claims, rest_of
from billing.disputes.tables import Dispute
from billing.dunning.dun_charged_back import dun_charged_back, status_after_loss
from billing.invoices.charge_back import charge_back
from billing.invoices.tables import InvoiceStatus
from billing.ledger.tables import LedgerReason
from billing.payments.queries import invoice_asked_for
from billing.receipts.receive import allocation_row
from billing.receipts.write import write_draws
from billing.refunds.credited_lines import whole_of
from billing.refunds.draw import draw_for
from billing.refunds.refundable import Refundable, lock_refundable
from billing.usage.claw_back import claw_back, lock_grants
from database.ids import uuid7


def lose_money(session: Session, dispute: Dispute, amount_minor: int, now: datetime) -> None:
    """Take so much out of what is kept and what its payment has paid, in the order of `meet_claims`.

    Invoices that are taken from are owed again, dunned or not as the policy says. Unused credits of theirs are taken
    back, and whoever pays has them again. What fits nothing was given back before, so that it went twice: it stays
    `disputed`, for a person.
    """
    refundable = lock_refundable(session, dispute.receipt_id)
    claim = claim_on(refundable, amount_minor)
    met = _meet(session, refundable, claim)
    draw_for(session, refundable.kept, {"dispute_id": dispute.id}, met.kept_minor)
    before = owe_from_before(session, refundable.invoices, rest_of(claim, met), met.missing_minor)
    _take_off(session, refundable, dispute, [*met.invoices, *before])
    kept_minor = met.kept_minor + sum(minor for _, minor in before)
    post_dispute(session, dispute, LedgerReason.DISPUTE_LOST, kept_minor, met.on_invoices_minor, now)
    _charge_back(session, dispute, refundable, met.invoices, now)


def _meet(session: Session, refundable: Refundable, claim: Claim) -> Met:
    """As it was contested, beside what others claim; where that is not enough, before them: they may be won."""
    claims, invoices = lock_claims(session, refundable, claim.amount_minor)
    met = meet_claims(claims, bearing_of(session, invoices.values()))[claim.payment_id]
    if met.missing_minor:
        alone = bearing_of(session, refundable.invoices.values())
        return meet_claims([claim], alone)[claim.payment_id]
    return met


def _take_off(session: Session, refundable: Refundable, dispute: Dispute, shares: Shares) -> None:
    """What of the payment had paid an invoice went by the dispute instead."""
    if not shares:
        return
    receipt, gone_minor = refundable.receipt, sum(minor for _, minor in shares)
    rows = [allocation_row(receipt.id, paid, -minor) for paid, minor in shares]
    gone = {"id": uuid7(), "receipt_id": receipt.id, "dispute_id": dispute.id, "amount_minor": gone_minor}
    write_draws(session, rows, [])
    write_draws(session, [gone], [receipt])


def _charge_back(session: Session, dispute: Dispute, refundable: Refundable, shares: Shares, now: datetime) -> None:
    unspent = lock_grants(session, dispute.account_id, now) if shares else {}
    step = load_amount_rules(session, dispute.currency).of(None, dispute.currency).step
    asked_for = invoice_asked_for(session, refundable.receipt.attempt_id)
    for invoice_id, minor in shares:
        invoice = refundable.invoices[invoice_id]
        credited = whole_of(session, invoice, unspent, step).take(minor)
        was_paid = invoice.status is InvoiceStatus.PAID
        charge_back(invoice, minor, status_after_loss(session, invoice), was_kept=invoice_id != asked_for)
        cause = f"dispute/{dispute.id}/{invoice.id}/{invoice.charged_back_minor}"
        claw_back(session, dispute.account_id, unspent, credited.credits, cause, now)
        if was_paid and invoice.status is InvoiceStatus.PENDING:
            dun_charged_back(session, invoice, now)
