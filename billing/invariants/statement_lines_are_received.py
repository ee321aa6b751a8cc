"""What is booked of the bank's lines is in the books as much, once each; no claim is seen as more than was received."""

from sqlalchemy import text
from sqlalchemy.orm import Session

QUESTION = text("""
    SELECT 'claim' AS what, c.id, c.seen_minor AS booked_minor, coalesce(sum(l.amount_minor), 0) AS seen_minor
    FROM payment_claims c
    LEFT JOIN statement_lines l ON l.claim_id = c.id
    WHERE c.status = 'approved'
    GROUP BY c.id
    HAVING c.seen_minor <> coalesce(sum(l.amount_minor), 0) OR bool_or(l.currency <> c.currency)
    UNION ALL
    SELECT 'refund', f.id, -f.amount_minor, l.amount_minor
    FROM statement_lines l
    JOIN refunds f ON f.id = l.refund_id
    WHERE (l.amount_minor, l.currency) <> (-f.amount_minor, f.currency)
    LIMIT 100
""")


def ask(session: Session) -> list[str]:
    """One sentence per claim or refund that is matched with more or less than its lines are, or other money."""
    return [
        f"{row.what} {row.id}: {row.booked_minor} of it stand on statements, its lines are {row.seen_minor}"
        for row in session.execute(QUESTION)
    ]
