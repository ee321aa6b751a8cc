"""A paid invoice has exactly one captured payment of its total, and a captured payment exactly one paid invoice."""

from sqlalchemy import text
from sqlalchemy.orm import Session

QUESTION = text("""
    SELECT i.id, i.number, count(p.id) AS captures, coalesce(sum(p.amount_minor), 0) AS captured_minor, i.total_minor
    FROM invoices i LEFT JOIN payment_attempts p ON p.invoice_id = i.id AND p.status = 'captured'
    GROUP BY i.id
    HAVING (i.status = 'paid') <> (count(p.id) = 1)
        OR (count(p.id) = 1 AND (sum(p.amount_minor) <> i.total_minor OR min(p.currency) <> i.currency))
    LIMIT 100
""")


def ask(session: Session) -> list[str]:
    """One sentence per invoice whose payments do not fit it."""
    return [
        f"invoice {row.number or row.id} of {row.total_minor} has {row.captures} captures of {row.captured_minor}"
        for row in session.execute(QUESTION)
    ]
