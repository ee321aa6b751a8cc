"""What left gateways again is the same in receipts and ledger: owed for a refund, disputed, a fee, or unexplained."""

from sqlalchemy import text
from sqlalchemy.orm import Session

# what left by a refund that has a row was owed for it, and by a dispute that has one it is disputed until that is lost;
# what left otherwise, and what a refund does not explain, is unexplained
QUESTION = text("""
    WITH gone AS (
        SELECT r.account_id, r.currency, r.amount_minor,
               CASE WHEN f.id IS NOT NULL THEN 'refunds_payable' WHEN d.id IS NOT NULL THEN 'disputed'
                    WHEN r.source = 'dispute_fee' THEN 'gateway_fees' ELSE 'unexplained_reversals' END AS ledger_account
        FROM receipts r
        LEFT JOIN refunds f
            ON r.source = 'refund' AND f.gateway = r.gateway AND f.refund_ref = r.reference AND f.currency = r.currency
        LEFT JOIN disputes d
            ON r.source = 'dispute' AND d.gateway = r.gateway AND d.dispute_ref = r.reference
            AND d.currency = r.currency
        WHERE r.source IN ('refund', 'dispute', 'dispute_fee')
    ), live AS (
        SELECT account_id, currency, amount_minor, unexplained_minor
        FROM refunds WHERE status NOT IN ('failed', 'canceled')
    ), said AS (
        SELECT ledger_account, account_id, currency, -amount_minor AS minor FROM gone
        UNION ALL SELECT 'disputed', r.account_id, r.currency, -a.amount_minor
        FROM allocations a JOIN receipts r ON r.id = a.receipt_id WHERE a.dispute_id IS NOT NULL
        UNION ALL SELECT 'unexplained_reversals', account_id, currency, unexplained_minor FROM live
        UNION ALL SELECT 'refunds_payable', account_id, currency, -amount_minor FROM live
        UNION ALL SELECT ledger_account, account_id, currency, -amount_minor FROM ledger_entries
        WHERE ledger_account IN ('unexplained_reversals', 'refunds_payable', 'disputed', 'gateway_fees')
    )
    SELECT ledger_account, account_id, currency, sum(minor) AS difference_minor FROM said
    GROUP BY ledger_account, account_id, currency HAVING sum(minor) <> 0
    LIMIT 100
""")


def ask(session: Session) -> list[str]:
    """One sentence per account and currency of which receipts, with their reasons, and the ledger differ."""
    return [
        f"account {row.account_id}: the ledger's {row.ledger_account} differ by {row.difference_minor} {row.currency}"
        for row in session.execute(QUESTION)
    ]
