"""What remains of a grant equals the sum of its movements, every paid line granted once, none is held for nothing.

What is paid of a debt equals the movements that paid it, and no more is taken back or owed than an invoice granted.
"""

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

REPAID = text("""
    SELECT coalesce('credit_debt/' || d.id, t.cause) AS what, coalesce(d.paid, 0) AS paid,
           coalesce(t.repaid, 0) AS proved
    FROM credit_debts d FULL JOIN (
        SELECT account_id, cause, -sum(amount) AS repaid FROM credit_transactions WHERE movement = 'repay'
        GROUP BY account_id, cause
    ) t ON t.cause = 'credit_debt/' || d.id AND t.account_id = d.account_id
    WHERE coalesce(d.paid, 0) <> coalesce(t.repaid, 0)
    LIMIT 100
""")

TAKEN_BACK = text("""
    WITH taken AS (
        SELECT n.invoice_id, -t.amount AS count FROM credit_notes n
        JOIN credit_transactions t ON t.cause = n.cause AND t.account_id = n.account_id
        UNION ALL
        SELECT n.invoice_id, d.amount FROM credit_debts d
        LEFT JOIN credit_notes n ON n.cause = d.cause AND n.account_id = d.account_id
    )
    SELECT taken.invoice_id, sum(taken.count) AS taken, coalesce(granted.count, 0) AS granted
    FROM taken LEFT JOIN LATERAL (
        SELECT sum(credits) AS count FROM invoice_lines WHERE invoice_id = taken.invoice_id
    ) granted ON true
    GROUP BY taken.invoice_id, granted.count HAVING sum(taken.count) > coalesce(granted.count, 0)
    LIMIT 100
""")


def ask(session: Session) -> list[str]:
    """One sentence per grant, debt, line or invoice whose credits do not add up, and per grant that is held."""
    crooked = [
        f"credit grant {row.id} has {row.remaining} left, its movements say {row.proved}"
        for row in session.execute(REMAINING)
    ]
    held = [
        f"credit grant {row.id} is held, the status of its subscription is {row.status}"
        for row in session.execute(HELD)
    ]
    owed = [f"{row.what} says {row.paid} paid, its movements {row.proved}" for row in session.execute(REPAID)]
    taken_back = [
        f"of the {row.granted} credits of invoice {row.invoice_id} {row.taken} were taken back or are owed"
        for row in session.execute(TAKEN_BACK)
    ]
    return [*crooked, *held, *owed, *taken_back] + [
        f"invoice line {row.id} of {row.credits} credits has {row.grants} grants" for row in session.execute(GRANTED)
    ]
