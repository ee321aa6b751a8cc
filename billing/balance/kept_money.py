"""Money kept on an account: put there by a downgrade, used by the next invoices."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.balance.tables import AccountBalance
from billing.cards.minimums import least_charge
from billing.invoices.tables import Invoice
from billing.ledger.post import Movement, Side
from billing.ledger.tables import LedgerAccount, LedgerReason
from billing.money import Money
from billing.subscriptions.tables import PayBy, Subscription


def kept_for(session: Session, account_id: UUID, currency: str) -> Money:
    """What is kept for an account now, without a lock."""
    kept = select(AccountBalance.balance_minor).where(
        AccountBalance.account_id == account_id, AccountBalance.currency == currency
    )
    return Money(session.scalar(kept) or 0, currency)


def share_of_kept(kept: Money, total: Money, pay_by: PayBy) -> Money:
    """What kept money pays of a total: all that it can.

    By card it leaves either nothing or what a card can be charged, and the rest of it stays kept; of a total that is
    less than that, it pays all or nothing.
    """
    used = min(kept.minor, total.minor)
    least = least_charge(total.currency).minor
    if pay_by is PayBy.CARD and 0 < total.minor - used < least:
        used = max(total.minor - least, 0)
    return Money(used, total.currency)


def usable_for(session: Session, subscription: Subscription, total: Money) -> Money:
    """What kept money would pay of a total now, without a lock."""
    return share_of_kept(kept_for(session, subscription.account_id, total.currency), total, subscription.pay_by)


def use_kept(session: Session, invoice: Invoice, pay_by: PayBy) -> Movement | None:
    """Let kept money pay its share of an invoice; returns what to post. The balance stays locked until commit."""
    balance = _locked_balance(session, invoice)
    if balance is None:
        return None
    kept, total = Money(balance.balance_minor, invoice.currency), Money(invoice.total_minor, invoice.currency)
    return _use(balance, invoice, share_of_kept(kept, total, pay_by).minor)


def use_kept_of_gateway(session: Session, invoice: Invoice, used_minor: int) -> Movement | None:
    """Let kept money pay what the gateway has let its own pay, as far as ours goes; returns what to post.

    The gateway has decided already what it charges. The balance stays locked until commit.
    """
    balance = _locked_balance(session, invoice)
    if balance is None:
        return None
    return _use(balance, invoice, min(balance.balance_minor, invoice.total_minor, used_minor))


def _locked_balance(session: Session, invoice: Invoice) -> AccountBalance | None:
    key = (invoice.account_id, invoice.currency)
    return session.get(AccountBalance, key, with_for_update=True, populate_existing=True)


def _use(balance: AccountBalance, invoice: Invoice, used: int) -> Movement | None:
    if not used:
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
