"""Money kept on an account: put there by a downgrade, used by the next invoices."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.accounts.tables import AccountBalance
from billing.invoices.tables import Invoice
from billing.ledger.post import Movement, Side
from billing.ledger.tables import LedgerAccount, LedgerReason
from billing.money import Money


def kept_for(session: Session, account_id: UUID, currency: str) -> Money:
    """What is kept for an account now, without a lock."""
    kept = select(AccountBalance.balance_minor).where(
        AccountBalance.account_id == account_id, AccountBalance.currency == currency
    )
    return Money(session.scalar(kept) or 0, currency)


def usable_for(session: Session, account_id: UUID, total: Money) -> Money:
    """What kept money would pay of a total now, without a lock."""
    return Money(min(kept_for(session, account_id, total.currency).minor, total.minor), total.currency)


def use_kept(session: Session, invoice: Invoice, at_most: int | None = None) -> Movement | None:
    """Let kept money pay what it can of an invoice, or `at_most` so many minor units; returns what to post.

    The balance stays locked until commit.
    """
    key = (invoice.account_id, invoice.currency)
    balance = session.get(AccountBalance, key, with_for_update=True, populate_existing=True)
    wanted = invoice.total_minor if at_most is None else min(at_most, invoice.total_minor)
    used = min(balance.balance_minor, wanted) if balance is not None else 0
    if balance is None or not used:
        return None
    balance.balance_minor -= used
    invoice.balance_used_minor = used
    return used_movement(invoice.id, invoice.account_id, Money(used, invoice.currency))


def used_movement(invoice_id: UUID, account_id: UUID, used: Money) -> Movement:
    """Kept money pays a receivable."""
    sides = (Side(LedgerAccount.CUSTOMER_BALANCE, used), Side(LedgerAccount.RECEIVABLE, -used))
    return Movement(LedgerReason.BALANCE_USED, f"balance_used/{invoice_id}", account_id, sides)


def keep(session: Session, invoice: Invoice, net: Money, tax: Money) -> Movement:
    """Add what an invoice gave back to the account's kept money; returns what to post.

    The invoice itself comes to zero and moves nothing: what is given back leaves revenue and tax here.
    """
    gross = net + tax
    row = {"account_id": invoice.account_id, "currency": invoice.currency, "balance_minor": gross.minor}
    added = insert(AccountBalance).values(row)
    session.execute(
        added.on_conflict_do_update(
            index_elements=["account_id", "currency"],
            set_={"balance_minor": AccountBalance.balance_minor + added.excluded.balance_minor},
        )
    )
    sides = (
        Side(LedgerAccount.DEFERRED_REVENUE, net),
        Side(LedgerAccount.TAX_PAYABLE, tax),
        Side(LedgerAccount.CUSTOMER_BALANCE, -gross),
    )
    return Movement(LedgerReason.BALANCE_KEPT, f"balance_kept/{invoice.id}", invoice.account_id, sides)
