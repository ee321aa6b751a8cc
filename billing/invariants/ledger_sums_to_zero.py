"""No ledger transaction may sum to anything but zero in any currency."""

from sqlalchemy import text
from sqlalchemy.orm import Session

QUESTION = text("""
    SELECT transaction_id, currency, sum(amount_minor) AS off_by
    FROM ledger_entries GROUP BY transaction_id, currency HAVING sum(amount_minor) <> 0
    UNION ALL
    SELECT id, '', 0 FROM ledger_transactions t
    WHERE NOT EXISTS (SELECT FROM ledger_entries e WHERE e.transaction_id = t.id)
    LIMIT 100
""")


def ask(session: Session) -> list[str]:
    """One sentence per transaction that is crooked or empty."""
    return [f"ledger transaction {row[0]} is off by {row[2]} {row[1]}".rstrip() for row in session.execute(QUESTION)]
