"""Take a payment off invoices that are still owed, because it goes back."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.invoices.tables import Invoice
from billing.ledger.post import Movement, Side, post
from billing.ledger.tables import LedgerAccount, LedgerReason
from billing.money import Money
from billing.receipts.receive import allocation_row
from billing.receipts.write import write_draws
from billing.refunds.refundable import Refundable
from billing.refunds.tables import Refund


def take_off(session: Session, refundable: Refundable, refund: Refund, amount_minor: int, now: datetime) -> None:
    """Keep so much of what the payment has paid of such invoices, the first of them first: they owe it again.

    It goes back out of that. The caller holds the invoices and the payment, and all of it is there.
    """
    missing, rows, movements = amount_minor, [], []
    for invoice, paid_minor in refundable.unsettled:
        share = min(missing, paid_minor)
        if share:
            _owe_again(invoice, share)
            refundable.receipt.allocated_minor -= share
            rows.append(allocation_row(refundable.receipt.id, invoice.id, -share))
            movements.append(_owed_again(refund, invoice, share))
            missing -= share
    write_draws(session, rows, [refundable.receipt])
    post(session, movements, now)


def _owe_again(invoice: Invoice, minor: int) -> None:
    """What was drawn of kept money when it was issued may be among it, and is asked for then."""
    invoice.allocated_minor -= minor
    invoice.balance_used_minor = min(invoice.balance_used_minor, invoice.allocated_minor)


def _owed_again(refund: Refund, invoice: Invoice, minor: int) -> Movement:
    amount = Money(minor, invoice.currency)
    sides = (Side(LedgerAccount.RECEIVABLE, amount), Side(LedgerAccount.CUSTOMER_BALANCE, -amount))
    cause = f"owed_again/{refund.id}/{invoice.id}"
    return Movement(LedgerReason.REFUND_BEGUN, cause, invoice.account_id, sides)
