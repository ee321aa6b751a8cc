"""Each capture at a gateway is one receipt, and what the ledger says is there is what came less what left."""

from sqlalchemy import text
from sqlalchemy.orm import Session

# a second payment for what was paid is a receipt of the same attempt, under a reference of its own
CAPTURED = text("""
    SELECT p.id, count(r.id) FILTER (WHERE r.reference IN (p.payment_ref, '') OR p.payment_ref = '') AS receipts
    FROM payment_attempts p LEFT JOIN receipts r ON r.attempt_id = p.id AND r.source = 'capture'
    GROUP BY p.id
    HAVING count(r.id) FILTER (WHERE r.reference IN (p.payment_ref, '') OR p.payment_ref = '')
        <> (p.status = 'captured')::int
    LIMIT 100
""")

CLEARED = text("""
    WITH received AS (
        SELECT gateway, currency, sum(amount_minor) AS received_minor
        FROM receipts WHERE gateway <> '' GROUP BY gateway, currency
    ), cleared AS (
        SELECT gateway, currency, sum(amount_minor) AS cleared_minor
        FROM ledger_entries WHERE ledger_account = 'gateway_clearing' GROUP BY gateway, currency
    )
    SELECT coalesce(r.gateway, c.gateway) AS gateway, coalesce(r.currency, c.currency) AS currency,
           coalesce(r.received_minor, 0) AS received_minor, coalesce(c.cleared_minor, 0) AS cleared_minor
    FROM received r FULL JOIN cleared c ON c.gateway = r.gateway AND c.currency = r.currency
    WHERE coalesce(r.received_minor, 0) <> coalesce(c.cleared_minor, 0)
""")


def ask(session: Session) -> list[str]:
    """One sentence per attempt with another number of receipts, and per gateway whose sums differ."""
    return [f"payment attempt {row.id} has {row.receipts} receipts" for row in session.execute(CAPTURED)] + [
        f"{row.received_minor} {row.currency} were received at {row.gateway}, the ledger says {row.cleared_minor}"
        for row in session.execute(CLEARED)
    ]
