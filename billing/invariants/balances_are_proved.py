"""What was received and not allocated is the customer's balance: receipts, their allocations and the ledger agree."""

from sqlalchemy import text
from sqlalchemy.orm import Session

ALLOCATED = text("""
    SELECT r.id, r.allocated_minor AS said_minor, coalesce(sum(a.amount_minor), 0) AS allocated_minor
    FROM receipts r LEFT JOIN allocations a ON a.receipt_id = r.id
    GROUP BY r.id HAVING r.allocated_minor <> coalesce(sum(a.amount_minor), 0)
    LIMIT 100
""")

BALANCES = text("""
    WITH kept AS (
        SELECT account_id, currency, sum(amount_minor - allocated_minor) AS kept_minor
        FROM receipts WHERE source NOT IN ('refund', 'dispute', 'dispute_fee') GROUP BY account_id, currency
    ), proved AS (
        SELECT account_id, currency, -sum(amount_minor) AS proved_minor
        FROM ledger_entries WHERE ledger_account = 'customer_balance' GROUP BY account_id, currency
    )
    SELECT coalesce(k.account_id, p.account_id) AS account_id, coalesce(k.currency, p.currency) AS currency,
           coalesce(k.kept_minor, 0) AS kept_minor, coalesce(p.proved_minor, 0) AS proved_minor
    FROM kept k FULL JOIN proved p ON p.account_id = k.account_id AND p.currency = k.currency
    WHERE coalesce(k.kept_minor, 0) <> coalesce(p.proved_minor, 0)
    LIMIT 100
""")


def ask(session: Session) -> list[str]:
    """One sentence per receipt that says something else than its allocations, and per balance not in the ledger."""
    crooked = [
        f"receipt {row.id} says that {row.said_minor} are allocated, its allocations say {row.allocated_minor}"
        for row in session.execute(ALLOCATED)
    ]
    return crooked + [
        f"account {row.account_id} has {row.kept_minor} {row.currency} kept, the ledger says {row.proved_minor}"
        for row in session.execute(BALANCES)
    ]
