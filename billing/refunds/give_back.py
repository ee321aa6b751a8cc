"""Give back: what a refund takes out of the books, and which papers say so."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.catalog.amount_rules import load_amount_rules
from billing.credit_notes.issue import NewCreditNote, issue_credit_note, taken_back
from billing.credits.tables import CreditGrant
from billing.invoices.tables import Invoice
from billing.ledger.post import Movement, Side, post
from billing.ledger.tables import LedgerAccount, LedgerReason
from billing.money import Money
from billing.refunds.credited_lines import Creditable, Credited, creditable_of
from billing.refunds.draw import draw_kept
from billing.refunds.refundable import Refundable
from billing.refunds.rules import Paid, Shares, Sources, share_out
from billing.refunds.tables import Refund, UsedCredits
from billing.refunds.take_off import take_off
from billing.usage.claw_back import claw_back, lock_grants
from billing.usage.owe import owe_credits


def give_back(session: Session, refundable: Refundable, refund: Refund, now: datetime) -> None:
    """Write a refund, take its amount out of kept money and invoices, and owe it to whom it goes back to.

    Invoices that are still owed ask for it again. Each that is corrected gets a credit note, and credits that it
    granted are taken back as far as they are unused. What fits neither is left unexplained. The caller holds the locks
    of `lock_refundable`, and has checked the amount. `now` is the account's time. Month's counters are taken last.
    """
    usable = lock_grants(session, refund.account_id, now)
    creditable = find_creditable(session, refundable, usable, refund.used_credits)
    shares = shares_of(refundable, creditable, refund.amount_minor)
    refund.kept_minor, refund.unexplained_minor = shares.kept_minor + shares.unsettled_minor, shares.missing_minor
    session.add(refund)
    session.flush()
    take_off(session, refundable, refund, shares.unsettled_minor, now)
    post(session, [_begun(refund)], now)
    draw_kept(session, refundable.kept, refund, refund.kept_minor)
    taken = [
        (refundable.invoices[invoice_id], creditable[invoice_id].take(minor)) for invoice_id, minor in shares.credited
    ]
    _credit(session, refund, taken, usable, now)


def find_creditable(
    session: Session, refundable: Refundable, usable: Mapping[str, CreditGrant], used_credits: UsedCredits
) -> dict[UUID, Creditable]:
    """What can be credited of each invoice that a payment has paid: no more than is left of those it belongs to."""
    currency = refundable.receipt.currency
    step = load_amount_rules(session, currency).of(None, currency).step
    found: dict[UUID, Creditable] = {}
    taken: Counter[UUID] = Counter()
    for paid in refundable.paid:
        invoice = refundable.invoices[paid.invoice_id]
        creditable = creditable_of(session, invoice, usable, used_credits, step, taken[_whole(invoice)])
        found[invoice.id] = creditable
        taken[_whole(invoice)] += min(creditable.minor, paid.paid_minor)
    return found


def _whole(invoice: Invoice) -> UUID:
    return invoice.subscription_id or invoice.id


def shares_of(refundable: Refundable, creditable: Mapping[UUID, Creditable], amount_minor: int) -> Shares:
    """Out of which money so much of the payment would go back now."""
    sources = Sources(
        own_minor=refundable.own_minor,
        unsettled_minor=refundable.unsettled_minor,
        paid=[_within(each, creditable[each.invoice_id]) for each in refundable.paid],
        others_minor=refundable.kept_minor - refundable.own_minor,
    )
    return share_out(amount_minor, sources)


def _within(paid: Paid, creditable: Creditable) -> Paid:
    return replace(paid, creditable_minor=min(paid.creditable_minor, creditable.minor))


def _credit(
    session: Session,
    refund: Refund,
    taken: Sequence[tuple[Invoice, Credited]],
    usable: Mapping[str, CreditGrant],
    now: datetime,
) -> None:
    notes = []
    for invoice, credited in taken:
        cause = f"refund/{refund.id}/{invoice.id}"
        missing = claw_back(session, refund.account_id, usable, credited.credits, cause, now)
        if missing and refund.used_credits is UsedCredits.DEBT:
            owe_credits(session, refund.account_id, list(usable.values()), missing, cause, now)
        notes.append((invoice, NewCreditNote(cause, refund.reason, credited.parts, refund.note, refund_id=refund.id)))
    post(session, [_credited(refund, note) for _, note in notes], now)
    for invoice, note in notes:
        issue_credit_note(session, invoice, note, now)


def _begun(refund: Refund) -> Movement:
    kept, unexplained = (Money(minor, refund.currency) for minor in (refund.kept_minor, refund.unexplained_minor))
    sides = (
        Side(LedgerAccount.CUSTOMER_BALANCE, kept),
        Side(LedgerAccount.UNEXPLAINED_REVERSALS, unexplained),
        Side(LedgerAccount.REFUNDS_PAYABLE, -(kept + unexplained)),
    )
    return Movement(LedgerReason.REFUND_BEGUN, f"refund_begun/{refund.id}", refund.account_id, sides)


def _credited(refund: Refund, note: NewCreditNote) -> Movement:
    sides = (
        *taken_back(note.parts, refund.currency),
        Side(LedgerAccount.REFUNDS_PAYABLE, Money(-note.total_minor, refund.currency)),
    )
    return Movement(LedgerReason.CREDIT_NOTE_ISSUED, f"credit_note/{note.cause}", refund.account_id, sides)
