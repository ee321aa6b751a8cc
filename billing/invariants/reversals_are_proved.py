"""What left gateways again and is not explained is the same in the receipts and in the ledger."""

from sqlalchemy import text
from sqlalchemy.orm import Session

QUESTION = text("""
    WITH gone AS (
        SELECT account_id, currency, -sum(amount_minor) AS gone_minor
        FROM receipts WHERE source IN ('refund', 'dispute', 'dispute_fee') GROUP BY account_id, currency
    ), proved AS (
        SELECT account_id, currency, sum(amount_minor) AS proved_minor
        FROM ledger_entries WHERE ledger_account = 'unexplained_reversals' GROUP BY account_id, currency
    )
    SELECT coalesce(g.account_id, p.account_id) AS account_id, coalesce(g.currency, p.currency) AS currency,
           coalesce(g.gone_minor, 0) AS gone_minor, coalesce(p.proved_minor, 0) AS proved_minor
    FROM gone g FULL JOIN proved p ON p.account_id = g.account_id AND p.currency = g.currency
    WHERE coalesce(g.gone_minor, 0) <> coalesce(p.proved_minor, 0)
    LIMIT 100
""")


def ask(session: Session) -> list[str]:
    """One sentence per account and currency of which more, or less, has left than the ledger says."""
    return [
        f"of account {row.account_id} {row.gone_minor} {row.currency} have left, the ledger says {row.proved_minor}"
        for row in session.execute(QUESTION)
    ]
