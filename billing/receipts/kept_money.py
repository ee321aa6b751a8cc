"""Money kept on an account: put there by what was given back or paid too much, used by the next invoices.

What is too small to be charged is kept as less than nothing: the next invoices ask for it, see `carry_over`. A purchase
on a page is issued when it is paid, and does neither.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.cards.queries import least_for
from billing.invoices.rules import LineDraft
from billing.invoices.tables import Invoice, LineKind
from billing.ledger.post import Movement, Side
from billing.ledger.tables import LedgerAccount, LedgerReason
from billing.money import Money
from billing.receipts.carry_over import carry_over
from billing.receipts.queries import OURS, lock_kept
from billing.receipts.receive import Booked, Received, Row, receive
from billing.receipts.rules import Share, draw, kept_in, share_of_kept
from billing.receipts.tables import Receipt, ReceiptSource
from billing.receipts.write import write_draws, write_receipts


def use_kept(session: Session, invoice: Invoice, now: datetime, *, by_card: bool) -> list[Movement]:
    """Let kept money meet its share of an invoice that is being issued, and carry over a rest that is too small.

    Returns what to post. The receipts that it is drawn from stay locked until commit.
    """
    receipts = _locked(session, invoice)
    kept, total = Money(kept_in(receipts), invoice.currency), Money(invoice.total_minor, invoice.currency)
    least = least_for(session, invoice.account_id, invoice.currency) if by_card else None
    share = share_of_kept(kept, total, least)
    draws = draw(receipts, share.used.minor, invoice.id)
    return _meet(session, draws, receipts, invoice, share, now)


def use_kept_of_gateway(
    session: Session, invoice: Invoice, told: Share, early: Money, now: datetime
) -> tuple[list[Movement], Money]:
    """Let kept money meet what the gateway has met of its own, as far as ours goes, and carry over what it does.

    The gateway has decided already what it charges. `early` came for the invoice before, and was kept here. Returns
    what to post, and how much of the invoice is met by what the gateway keeps or carries over.
    """
    if not told.used.minor and not told.carried_over.minor and not early.minor:
        return [], told.used
    receipts = _locked(session, invoice, (*OURS, invoice.gateway))
    there = [receipt for receipt in receipts if receipt.held_at]
    here = [receipt for receipt in receipts if not receipt.held_at]
    of_there = min(kept_in(there), invoice.total_minor)
    if told.used.minor >= 0:
        of_there = min(of_there, told.used.minor)
    of_here = max(0, min(kept_in(here), invoice.total_minor - of_there, early.minor))
    draws = draw(there, of_there, invoice.id)
    if of_here:
        draws += draw(here, of_here, invoice.id)
    met = Share(Money(of_there + of_here, invoice.currency), told.carried_over, told.left)
    movements = _meet(session, draws, receipts, invoice, met, now, invoice.gateway)
    return movements, Money(of_there, invoice.currency) + told.carried_over


def keep_given_back(session: Session, invoice: Invoice, lines: Sequence[LineDraft], now: datetime) -> list[Movement]:
    """Keep for the account what an invoice gives back beyond what it charges; returns what to post.

    Where a gateway wrote the invoice, it is the gateway that keeps it.
    The invoice itself comes to zero and moves nothing: what is given back leaves revenue and tax here.
    """
    kept = [line for line in lines if line.kind is LineKind.KEPT]
    if not kept:
        return []
    booked = _given_back(invoice, kept, now)
    write_receipts(session, [booked])
    return [booked.movement]


def _given_back(invoice: Invoice, kept: Sequence[LineDraft], now: datetime) -> Booked:
    nothing = Money(0, invoice.currency)
    net = sum((line.net for line in kept), nothing)
    tax = sum((line.fixed_tax or nothing for line in kept), nothing)
    received = Received(
        account_id=invoice.account_id,
        source=ReceiptSource.GIVEN_BACK,
        reason=LedgerReason.BALANCE_KEPT,
        cause=f"balance_kept/{invoice.id}",
        amount=net + tax,
        debits=(Side(LedgerAccount.DEFERRED_REVENUE, net), Side(LedgerAccount.TAX_PAYABLE, tax)),
        received_at=now,
        held_at=invoice.gateway,
    )
    return receive(received, None)


def used_movement(invoice_id: UUID, account_id: UUID, used: Money) -> Movement:
    """Kept money pays a receivable; negative, what was owed from before is receivable once more."""
    sides = (Side(LedgerAccount.CUSTOMER_BALANCE, used), Side(LedgerAccount.RECEIVABLE, -used))
    return Movement(LedgerReason.BALANCE_USED, f"balance_used/{invoice_id}", account_id, sides)


def _locked(session: Session, invoice: Invoice, held_at: tuple[str, ...] = OURS) -> list[Receipt]:
    return lock_kept(session, [invoice.account_id], held_at).get((invoice.account_id, invoice.currency), [])


def _meet(
    session: Session,
    draws: Sequence[Row],
    receipts: Sequence[Receipt],
    invoice: Invoice,
    share: Share,
    now: datetime,
    held_at: str = "",
) -> list[Movement]:
    write_draws(session, draws, receipts)
    invoice.balance_used_minor = invoice.allocated_minor = share.used.minor
    movements = [used_movement(invoice.id, invoice.account_id, share.used)]
    if share.carried_over.minor:
        movements.append(carry_over(session, invoice, share.carried_over, now, held_at))
    return movements
