"""The ledger's two tables. The database refuses edits and sums that are not zero (see the first migration)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, one_of, written_at


class LedgerAccount(StrEnum):
    """The chart of accounts. A positive entry is a debit, a negative one a credit."""

    GATEWAY_CLEARING = "gateway_clearing"  # asset: captured at a gateway, not yet paid out
    RECEIVABLE = "receivable"  # asset: billed, not yet paid
    DEFERRED_REVENUE = "deferred_revenue"  # liability: paid, service still owed (prepaid credits)
    CUSTOMER_BALANCE = "customer_balance"  # liability: kept for the customer's next invoices; a debit is owed with them
    REFUNDS_PAYABLE = "refunds_payable"  # liability: to be given back, has not left a gateway yet
    UNEXPLAINED_REVERSALS = "unexplained_reversals"  # asset: left a gateway again, no document says yet for what
    DISPUTED = "disputed"  # asset: left a gateway by a dispute, whose end decides whose it is
    GATEWAY_FEES = "gateway_fees"  # expense: what gateways took for disputes
    TAX_PAYABLE = "tax_payable"  # liability: collected for the tax office


class LedgerReason(StrEnum):
    """Why money moved."""

    INVOICE_ISSUED = "invoice_issued"
    INVOICE_VOIDED = "invoice_voided"
    PAYMENT_CAPTURED = "payment_captured"
    PAYMENT_REVERSED = "payment_reversed"
    BALANCE_KEPT = "balance_kept"
    BALANCE_USED = "balance_used"
    CARRIED_OVER = "carried_over"
    CREDIT_NOTE_ISSUED = "credit_note_issued"
    REFUND_BEGUN = "refund_begun"
    REFUND_FAILED = "refund_failed"
    DISPUTE_MET = "dispute_met"
    DISPUTE_LOST = "dispute_lost"
    DISPUTE_RETURNED = "dispute_returned"


class LedgerTransaction(Base):
    """One balanced movement, once per cause."""

    __tablename__ = "ledger_transactions"
    __table_args__ = (one_of("reason", LedgerReason),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    reason: Mapped[LedgerReason]
    cause: Mapped[str] = mapped_column(unique=True)
    occurred_at: Mapped[datetime]
    written_at: Mapped[datetime] = written_at()


class LedgerEntry(Base):
    """One side of a movement, in minor units of `currency`; all sides of a transaction come in one statement."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        one_of("ledger_account", LedgerAccount),
        CheckConstraint("amount_minor <> 0", name="amount_moves"),
        Index("ix_ledger_entries_transaction", "transaction_id"),
        Index("ix_ledger_entries_account", "account_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    transaction_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_transactions.id"))
    ledger_account: Mapped[LedgerAccount]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    gateway: Mapped[str] = mapped_column(server_default="")
    currency: Mapped[str]
    amount_minor: Mapped[int]
