"""Bill a subscription: issue an invoice, let kept money pay of it, and ask for the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.dunning.refuse import refuse_for_no_card
from billing.invoices.buyers import buyer_of
from billing.invoices.compose import NewInvoice
from billing.invoices.draft import draft_invoice
from billing.invoices.issue import TRANSFER_TERM, issue_to, number_invoice
from billing.invoices.rules import LineDraft
from billing.invoices.settle import settle_invoice
from billing.invoices.tables import Invoice, InvoiceReason
from billing.ledger.post import Movement, post
from billing.payments.intend_charge import intend_charge
from billing.receipts.kept_money import keep_given_back, use_kept
from billing.subscriptions.states import start
from billing.subscriptions.tables import PayBy, Subscription
from billing.tax.queries import decide_tax
from database.outbox import stage


@dataclass(frozen=True, slots=True)
class Bill:
    """What an invoice is for, and what makes it the only one of its kind."""

    reason: InvoiceReason
    cause: str
    lines: Sequence[LineDraft]


@dataclass(frozen=True, slots=True)
class Drafted:
    """A bill that is still a draft, and what moves in the ledger besides it: kept money comes in, or pays of it."""

    invoice: Invoice
    movements: Sequence[Movement]


def bill(session: Session, subscription: Subscription, wanted: Bill, now: datetime) -> Invoice:
    """Issue the invoice and begin to collect it.

    What kept money pays in full, or is too small to be charged, is settled at once; else the default card is charged
    after the commit, or a transfer is awaited. The database refuses a second bill of the same cause (IntegrityError).
    """
    return issue_bill(session, subscription, draft_bill(session, subscription, wanted, now), now)


def draft_bill(session: Session, subscription: Subscription, wanted: Bill, now: datetime) -> Drafted:
    """Write the invoice as a draft: what kept money pays of it is decided, and what is left is to be collected.

    The receipts that it is drawn from stay locked until commit.
    """
    account = get_account(session, subscription.account_id)
    tax = decide_tax(session, account.country, now.date())
    new = NewInvoice(account.id, wanted.cause, wanted.reason, wanted.lines, tax, subscription.id)
    invoice = draft_invoice(session, new)
    movements = keep_given_back(session, invoice, wanted.lines, now)
    movements += use_kept(session, invoice, now, by_card=subscription.pay_by is PayBy.CARD)
    return Drafted(invoice, movements)


def issue_bill(session: Session, subscription: Subscription, drafted: Drafted, now: datetime) -> Invoice:
    """Issue the draft and begin to collect it, see `bill`."""
    invoice = drafted.invoice
    term = TRANSFER_TERM if subscription.pay_by is PayBy.TRANSFER else timedelta(0)
    owed = issue_to(invoice, buyer_of(get_account(session, subscription.account_id)), now + term, now)
    post(session, [owed, *drafted.movements], now)
    number_invoice(session, invoice)
    _collect(session, subscription, invoice, now)
    return invoice


def _collect(session: Session, subscription: Subscription, invoice: Invoice, now: datetime) -> None:
    if not invoice.left_minor:
        settle_invoice(session, invoice, now, now)
        if invoice.reason is InvoiceReason.START:
            start(subscription, now)
    elif subscription.pay_by is PayBy.TRANSFER:
        stage(session, "invoice_pdf", invoice.id, f"invoice_pdf/{invoice.id}/issued")
    elif intend_charge(session, invoice, f"collect/{invoice.id}", now) is None:
        refuse_for_no_card(session, invoice, now)
