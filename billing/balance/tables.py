"""What is kept for an account."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base


class AccountBalance(Base):
    """Money kept for an account, in minor units: what a downgrade left over, used by the next invoices.

    The ledger's `customer_balance` proves it; the row is there to be locked.
    """

    __tablename__ = "account_balances"
    __table_args__ = (CheckConstraint("balance_minor >= 0", name="balance_not_negative"),)

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    balance_minor: Mapped[int]
