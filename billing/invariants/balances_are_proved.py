"""What is kept for an account is what the ledger owes it: per currency, minus the sum of its customer balance."""

from sqlalchemy import text
from sqlalchemy.orm import Session

QUESTION = text("""
    WITH proved AS (
        SELECT account_id, currency, -sum(amount_minor) AS proved_minor
        FROM ledger_entries WHERE ledger_account = 'customer_balance' GROUP BY account_id, currency
    )
    SELECT coalesce(b.account_id, p.account_id) AS account_id, coalesce(b.currency, p.currency) AS currency,
           coalesce(b.balance_minor, 0) AS kept_minor, coalesce(p.proved_minor, 0) AS proved_minor
    FROM account_balances b FULL JOIN proved p ON p.account_id = b.account_id AND p.currency = b.currency
    WHERE coalesce(b.balance_minor, 0) <> coalesce(p.proved_minor, 0)
    LIMIT 100
""")


def ask(session: Session) -> list[str]:
    """One sentence per account and currency whose balance the ledger does not prove."""
    return [
        f"account {row.account_id} has {row.kept_minor} {row.currency} kept, the ledger says {row.proved_minor}"
        for row in session.execute(QUESTION)
    ]
