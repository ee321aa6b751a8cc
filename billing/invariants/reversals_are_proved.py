"""What left gateways again is the same in the receipts and in the ledger: owed for a refund of ours, or unexplained."""

from sqlalchemy import text
from sqlalchemy.orm import Session

# what left by a refund that has a row was owed for it; what left otherwise, and what such a row does not explain, is
# unexplained
QUESTION = text("""
    WITH gone AS (
        SELECT r.account_id, r.currency, r.amount_minor, f.id IS NOT NULL AS is_owed
        FROM receipts r LEFT JOIN refunds f
            ON r.source = 'refund' AND f.gateway = r.gateway AND f.refund_ref = r.reference AND f.currency = r.currency
        WHERE r.source IN ('refund', 'dispute', 'dispute_fee')
    ), live AS (
        SELECT account_id, currency, amount_minor, unexplained_minor
        FROM refunds WHERE status NOT IN ('failed', 'canceled')
    ), said AS (
        SELECT 'unexplained_reversals' AS ledger_account, account_id, currency, -amount_minor AS minor
        FROM gone WHERE NOT is_owed
        UNION ALL SELECT 'unexplained_reversals', account_id, currency, unexplained_minor FROM live
        UNION ALL SELECT 'unexplained_reversals', account_id, currency, -disputed_minor FROM refunds
        UNION ALL SELECT 'refunds_payable', account_id, currency, -amount_minor FROM gone WHERE is_owed
        UNION ALL SELECT 'refunds_payable', account_id, currency, -amount_minor FROM live
        UNION ALL SELECT ledger_account, account_id, currency, -amount_minor FROM ledger_entries
        WHERE ledger_account IN ('unexplained_reversals', 'refunds_payable')
    )
    SELECT ledger_account, account_id, currency, sum(minor) AS difference_minor FROM said
    GROUP BY ledger_account, account_id, currency HAVING sum(minor) <> 0
    LIMIT 100
""")


def ask(session: Session) -> list[str]:
    """One sentence per account and currency of which refunds and receipts say something else than the ledger."""
    return [
        f"account {row.account_id}: the ledger's {row.ledger_account} differ by {row.difference_minor} {row.currency}"
        for row in session.execute(QUESTION)
    ]
