"""What remains of a grant equals the sum of its movements, and every paid line granted its credits once."""

from sqlalchemy import text
from sqlalchemy.orm import Session

REMAINING = text("""
    SELECT g.id, g.remaining, coalesce(sum(t.amount), 0) AS proved
    FROM credit_grants g LEFT JOIN credit_transactions t ON t.grant_id = g.id
    GROUP BY g.id HAVING g.remaining <> coalesce(sum(t.amount), 0)
    LIMIT 100
""")

GRANTED = text("""
    SELECT l.id, l.credits, count(g.id) AS grants
    FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
    LEFT JOIN credit_grants g ON g.cause = 'invoice_line/' || l.id AND g.amount = l.credits
        AND g.account_id = i.account_id
    WHERE l.credits > 0
    GROUP BY l.id, i.status HAVING (count(g.id) = 1) <> (i.status = 'paid')
    LIMIT 100
""")


def ask(session: Session) -> list[str]:
    """One sentence per grant that does not add up and per line that was not granted exactly once."""
    crooked = [
        f"credit grant {row.id} has {row.remaining} left, its movements say {row.proved}"
        for row in session.execute(REMAINING)
    ]
    return crooked + [
        f"invoice line {row.id} of {row.credits} credits has {row.grants} grants" for row in session.execute(GRANTED)
    ]
