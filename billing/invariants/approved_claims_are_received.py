"""Money that came past every gateway is in the books by one approved claim each, and as the claim says."""

from sqlalchemy import text
from sqlalchemy.orm import Session

QUESTION = text("""
    SELECT coalesce(c.id, r.id) AS id, c.amount_minor AS claimed_minor, r.amount_minor AS received_minor
    FROM (SELECT * FROM payment_claims WHERE status = 'approved') c
    FULL JOIN (
        SELECT * FROM receipts WHERE source = 'capture' AND gateway IN ('bank_transfer', 'local_wallet')
    ) r ON r.id = c.receipt_id
    WHERE (c.amount_minor, c.currency, c.account_id, c.method, c.id::text)
        IS DISTINCT FROM (r.amount_minor, r.currency, r.account_id, r.gateway, r.reference)
    LIMIT 100
""")


def ask(session: Session) -> list[str]:
    """One sentence per claim and receipt that say different things, or stand alone."""
    return [
        f"claim or receipt {row.id}: {row.claimed_minor} were approved, {row.received_minor} received"
        for row in session.execute(QUESTION)
    ]
