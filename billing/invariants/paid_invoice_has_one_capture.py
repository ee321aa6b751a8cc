"""A paid invoice has one captured payment of what was left to pay, none if nothing was; no other invoice has one."""

from sqlalchemy import text
from sqlalchemy.orm import Session

QUESTION = text("""
    SELECT i.id, i.number, i.total_minor - i.balance_used_minor AS left_minor,
           count(p.id) AS captures, coalesce(sum(p.amount_minor), 0) AS captured_minor
    FROM invoices i LEFT JOIN payment_attempts p ON p.invoice_id = i.id AND p.status = 'captured'
    GROUP BY i.id
    HAVING count(p.id) <> (i.status = 'paid' AND i.total_minor > i.balance_used_minor)::int
        OR (count(p.id) = 1
            AND (sum(p.amount_minor) <> i.total_minor - i.balance_used_minor OR min(p.currency) <> i.currency))
    LIMIT 100
""")


def ask(session: Session) -> list[str]:
    """One sentence per invoice whose payments do not fit it."""
    return [
        f"invoice {row.number or row.id} has {row.left_minor} left to pay after what was kept for it, "
        f"and {row.captures} captures of {row.captured_minor}"
        for row in session.execute(QUESTION)
    ]
