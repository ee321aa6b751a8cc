"""Reads of the ledger."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.ledger.tables import LedgerAccount, LedgerEntry


def balances(session: Session) -> dict[tuple[LedgerAccount, str, str], int]:
    """Sum in minor units per (ledger account, gateway, currency); debits positive."""
    columns = (LedgerEntry.ledger_account, LedgerEntry.gateway, LedgerEntry.currency)
    rows = session.execute(select(*columns, func.sum(LedgerEntry.amount_minor)).group_by(*columns))
    return {(LedgerAccount(account), gateway, currency): int(total) for account, gateway, currency, total in rows}
