"""What the ledger says is owed on and was paid for an account equals what its invoices say."""

from sqlalchemy import text
from sqlalchemy.orm import Session

QUESTION = text("""
    WITH billed AS (
        SELECT account_id, currency,
               sum(total_minor - allocated_minor) FILTER (WHERE status IN ('pending', 'uncollectible')) AS open_minor
        FROM invoices WHERE number IS NOT NULL GROUP BY account_id, currency
    ), owed AS (
        SELECT account_id, currency, sum(amount_minor) AS receivable_minor
        FROM ledger_entries WHERE ledger_account = 'receivable' GROUP BY account_id, currency
    )
    SELECT coalesce(b.account_id, o.account_id) AS account_id, coalesce(b.open_minor, 0) AS open_minor,
           coalesce(o.receivable_minor, 0) AS receivable_minor
    FROM billed b FULL JOIN owed o ON o.account_id = b.account_id AND o.currency = b.currency
    WHERE coalesce(b.open_minor, 0) <> coalesce(o.receivable_minor, 0)
    LIMIT 100
""")


def ask(session: Session) -> list[str]:
    """One sentence per account whose receivable differs from its open invoices."""
    return [
        f"account {row.account_id} has open invoices of {row.open_minor}, the ledger says {row.receivable_minor}"
        for row in session.execute(QUESTION)
    ]
