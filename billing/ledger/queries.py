"""Reads of the ledger."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.ledger.tables import LedgerAccount, LedgerEntry


def is_balanced(session: Session) -> bool:
    """True when every transaction sums to zero in every currency. Reads the whole ledger."""
    crooked = (
        select(LedgerEntry.transaction_id)
        .group_by(LedgerEntry.transaction_id, LedgerEntry.currency)
        .having(func.sum(LedgerEntry.amount_minor) != 0)
    )
    return session.execute(crooked.limit(1)).one_or_none() is None


def balances(session: Session) -> dict[tuple[LedgerAccount, str, str], int]:
    """Sum in minor units per (ledger account, gateway, currency); debits positive."""
    columns = (LedgerEntry.ledger_account, LedgerEntry.gateway, LedgerEntry.currency)
    rows = session.execute(select(*columns, func.sum(LedgerEntry.amount_minor)).group_by(*columns))
    return {(LedgerAccount(account), gateway, currency): int(total) for account, gateway, currency, total in rows}
