"""Carry over what is too small to be charged: the invoice is paid without it, it is owed, and a later one asks for it.

https://docs.stripe.com/billing/customer/balance says the same of invoices below the least charge.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.invoices.tables import Invoice
from billing.ledger.post import Movement, Side
from billing.ledger.tables import LedgerAccount, LedgerReason
from billing.money import Money
from billing.receipts.receive import Row, allocation_row
from billing.receipts.tables import Allocation, Receipt, ReceiptRemark, ReceiptSource
from database.ids import uuid7
from database.rows import insert_rows


def owed_receipt(account_id: UUID, invoice_id: UUID, amount: Money, now: datetime, held_at: str = "") -> Receipt:
    """A receipt of nothing that pays so much of an invoice; the caller writes it, and its `owed_allocation`.

    `held_at` names the gateway that carries it over in a balance of its own.
    """
    return Receipt(
        id=uuid7(),
        account_id=account_id,
        source=ReceiptSource.CARRIED_OVER,
        cause=_cause(invoice_id),
        amount_minor=0,
        currency=amount.currency,
        allocated_minor=amount.minor,
        held_at=held_at,
        remark=ReceiptRemark.NONE,
        received_at=now,
    )


def owed_allocation(receipt: Receipt, invoice_id: UUID) -> Row:
    """What it pays of its invoice."""
    return allocation_row(receipt.id, invoice_id, receipt.allocated_minor)


def receipt_row(receipt: Receipt) -> Row:
    """It as a row of `receipts`; every other column has its default."""
    columns = ("id", "account_id", "source", "cause", "amount_minor", "currency", "allocated_minor", "held_at")
    return {name: getattr(receipt, name) for name in (*columns, "remark", "received_at")}


def carried_over_movement(invoice_id: UUID, account_id: UUID, amount: Money) -> Movement:
    """A receivable becomes what the customer owes with a later invoice."""
    sides = (Side(LedgerAccount.CUSTOMER_BALANCE, amount), Side(LedgerAccount.RECEIVABLE, -amount))
    return Movement(LedgerReason.CARRIED_OVER, _cause(invoice_id), account_id, sides)


def carry_over(session: Session, invoice: Invoice, amount: Money, now: datetime, held_at: str = "") -> Movement:
    """Carry over all that is left to pay of an issued invoice; returns what to post. The caller holds its row lock.

    It is covered then, but stays open: see `settle_invoice`.
    """
    receipt = owed_receipt(invoice.account_id, invoice.id, amount, now, held_at)
    insert_rows(session, Receipt, receipt_row(receipt))
    insert_rows(session, Allocation, owed_allocation(receipt, invoice.id))
    invoice.carried_over_minor = amount.minor
    invoice.allocated_minor += amount.minor
    return carried_over_movement(invoice.id, invoice.account_id, amount)


def _cause(invoice_id: UUID) -> str:
    return f"carried_over/{invoice_id}"
