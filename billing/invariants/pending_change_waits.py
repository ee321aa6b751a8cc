"""A change of plan waits exactly as long as its invoice does: paid, it was made, and void, dropped."""

from sqlalchemy import text
from sqlalchemy.orm import Session

QUESTION = text("""
    SELECT c.subscription_id, c.invoice_id, c.ended_at, i.status, s.status AS subscription_status
    FROM pending_changes c JOIN invoices i ON i.id = c.invoice_id
    LEFT JOIN subscriptions s ON s.id = c.subscription_id
    WHERE (c.ended_at IS NULL AND i.status <> 'pending')
       -- what a gateway has dropped of its own may have to be paid there still, and what was paid and charged back here
       OR (c.ended_at IS NOT NULL AND i.status = 'pending' AND i.gateway = '' AND i.charged_back_minor = 0)
       OR (c.ended_at IS NULL AND s.status IN ('canceled', 'expired'))
       OR i.subscription_id IS DISTINCT FROM c.subscription_id
    LIMIT 100
""")


def ask(session: Session) -> list[str]:
    """One sentence per change that waits for nothing, or does not wait any more though it is not paid."""
    return [
        f"a change of subscription {row.subscription_id}, which is {row.subscription_status}, "
        f"{'ended' if row.ended_at else 'waits'}, its invoice {row.invoice_id} is {row.status}"
        for row in session.execute(QUESTION)
    ]
