"""Credit an invoice without a refund: it is corrected, and the money is kept for the account's next invoices."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import lock_account
from billing.catalog.amount_rules import load_amount_rules
from billing.catalog.check_amount import check_step
from billing.credit_notes.issue import NewCreditNote, issue_credit_note, taken_back
from billing.credit_notes.sold import sold_with
from billing.credit_notes.tables import CreditNote, CreditNoteReason
from billing.errors import Rejected
from billing.invoices.queries import get_invoice
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.ledger.post import post
from billing.ledger.tables import LedgerReason
from billing.money import AmountRule, Money, format_major
from billing.receipts.receive import Received, receive
from billing.receipts.tables import Receipt, ReceiptSource
from billing.receipts.write import write_receipts
from billing.refunds.credited_lines import Creditable, creditable_of
from billing.refunds.explain_refunds import explain_refunds
from billing.refunds.refundable import lock_unexplained
from billing.refunds.rules import in_steps
from billing.refunds.tables import UsedCredits
from billing.usage.claw_back import claw_back, lock_grants
from billing.usage.owe import owe_credits


@dataclass(frozen=True, slots=True)
class CreditWish:
    """What is to be taken back of an invoice: so much in minor units, or, with None, all that is left."""

    invoice_id: UUID
    amount_minor: int | None
    reason: CreditNoteReason
    used_credits: UsedCredits
    cause: str
    note: str = ""


def credit_invoice(session: Session, wish: CreditWish, now: datetime) -> CreditNote:
    """Correct a paid invoice; its money becomes the customer's balance, and its credits go as with a refund.

    What a gateway has given back by itself and nothing explained may have come out of it, see `explain_refunds`.
    `now` is the account's time. Raises Rejected `invoice_not_found`, `invoice_state` unless it is paid,
    `gateway_keeps_balance` for one that a gateway wrote, `credit_too_large` for more than is left, `payment_disputed`
    for what a dispute claims of that, `amount_too_fine` for what is no multiple of the gateways' step, and
    `credits_already_used` where only unused credits are taken back and there are none.
    """
    invoice = _lock_paid(session, wish.invoice_id)
    unexplained = lock_unexplained(session, invoice.account_id, invoice.currency)
    usable = lock_grants(session, invoice.account_id, now)
    rule = load_amount_rules(session, invoice.currency).of(None, invoice.currency)
    creditable = creditable_of(session, invoice, usable, wish.used_credits, rule.step)
    amount = _amount(session, invoice, wish, creditable, rule)
    taken = creditable.take(amount)
    cause = f"credit_note/{wish.cause}"
    missing = claw_back(session, invoice.account_id, usable, taken.credits, cause, now)
    if missing and wish.used_credits is UsedCredits.DEBT:
        owe_credits(session, invoice.account_id, list(usable.values()), missing, cause, now)
    note = NewCreditNote(cause, wish.reason, taken.parts, wish.note, kept_minor=amount)
    explain_refunds(session, unexplained, [_keep(session, invoice, note, now)], now)
    return issue_credit_note(session, invoice, note, now)


def _lock_paid(session: Session, invoice_id: UUID) -> Invoice:
    """After its account, so that no plan changes and gives back of it meanwhile."""
    lock_account(session, get_invoice(session, invoice_id).account_id)
    invoice = session.get_one(Invoice, invoice_id, with_for_update=True, populate_existing=True)
    if invoice.status is not InvoiceStatus.PAID:
        raise Rejected("invoice_state", f"Only a paid invoice is credited; this one is {invoice.status}.", status=409)
    if invoice.gateway:
        detail = (
            f"{invoice.gateway} wrote this invoice, and its next ones draw on no money kept here: refund its payment."
        )
        raise Rejected("gateway_keeps_balance", detail, status=409)
    return invoice


def _amount(session: Session, invoice: Invoice, wish: CreditWish, creditable: Creditable, rule: AmountRule) -> int:
    sold = sold_with(session, invoice)
    left = min(invoice.creditable_minor, sold.creditable_minor)
    wanted = left if wish.amount_minor is None else wish.amount_minor
    if wanted > left or not left:
        shown = format_major(Money(left, invoice.currency))
        code = "payment_disputed" if sold.contested_minor else "credit_too_large"
        raise Rejected(code, f"Of this invoice {shown} can still be credited.", status=409)
    if wanted < left:
        check_step(Money(wanted, invoice.currency), rule)
    amount = in_steps(min(wanted, creditable.minor), left, rule.step)
    if not amount:
        raise Rejected("credits_already_used", "All credits that were bought with it are used.", status=409)
    return amount


def _keep(session: Session, invoice: Invoice, note: NewCreditNote, now: datetime) -> Receipt:
    received = Received(
        account_id=invoice.account_id,
        source=ReceiptSource.GIVEN_BACK,
        reason=LedgerReason.CREDIT_NOTE_ISSUED,
        cause=note.cause,
        amount=Money(note.total_minor, invoice.currency),
        debits=taken_back(note.parts, invoice.currency),
        received_at=now,
    )
    booked = receive(received, None)
    post(session, [booked.movement], now)
    write_receipts(session, [booked])
    return session.get_one(Receipt, booked.receipt["id"])
