"""What remains of a grant equals the sum of its movements, every paid line granted once, none is held for nothing."""

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

# what nobody will release lasts for ever
HELD = text("""
    SELECT g.id, coalesce(s.status, 'none') AS status
    FROM credit_grants g LEFT JOIN subscriptions s ON s.id = g.subscription_id
    WHERE g.held_for IS NOT NULL AND g.remaining > 0 AND s.status IS DISTINCT FROM 'paused'
    LIMIT 100
""")


def ask(session: Session) -> list[str]:
    """One sentence per grant that does not add up or is held, and per line that was not granted exactly once."""
    crooked = [
        f"credit grant {row.id} has {row.remaining} left, its movements say {row.proved}"
        for row in session.execute(REMAINING)
    ]
    held = [
        f"credit grant {row.id} is held, the status of its subscription is {row.status}"
        for row in session.execute(HELD)
    ]
    return [*crooked, *held] + [
        f"invoice line {row.id} of {row.credits} credits has {row.grants} grants" for row in session.execute(GRANTED)
    ]
