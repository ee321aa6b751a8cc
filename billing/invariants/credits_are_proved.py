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
    GROUP BY l.id, i.id HAVING (count(g.id) = 1) <> (i.status = 'paid')
        AND (i.charged_back_minor = 0 OR i.status = 'paid' OR count(g.id) > 1)
    LIMIT 100
""")

# what nobody will release lasts for ever
HELD = text("""
    SELECT g.id, coalesce(s.status, 'none') AS status
    FROM credit_grants g LEFT JOIN subscriptions s ON s.id = g.subscription_id
    WHERE g.held_for IS NOT NULL AND g.remaining > 0 AND s.status IS DISTINCT FROM 'paused'
        AND NOT g.is_frozen
    LIMIT 100
""")

# frozen is what cannot be used because its money is contested, and all of that but what had expired before
FROZEN = text("""
    SELECT g.id, CASE WHEN g.is_frozen THEN 'frozen' ELSE 'not frozen' END AS state
    FROM credit_grants g
    LEFT JOIN (SELECT l.id, i.contested_minor FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id) l
        ON g.cause = 'invoice_line/' || l.id
    JOIN accounts a ON a.id = g.account_id LEFT JOIN test_clocks c ON c.id = a.clock_id
    WHERE (g.is_frozen AND coalesce(l.contested_minor, 0) = 0)
        OR (NOT g.is_frozen AND l.contested_minor > 0 AND g.remaining > 0
            AND (g.expires_at IS NULL OR g.expires_at > coalesce(c.frozen_at, now())))
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
        WHERE d.reason = 'returned'
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
    frozen = [f"credit grant {row.id} is {row.state}, its invoice says otherwise" for row in session.execute(FROZEN)]
    owed = [f"{row.what} says {row.paid} paid, its movements {row.proved}" for row in session.execute(REPAID)]
    taken_back = [
        f"of the {row.granted} credits of invoice {row.invoice_id} {row.taken} were taken back or are owed"
        for row in session.execute(TAKEN_BACK)
    ]
    return [*crooked, *held, *frozen, *owed, *taken_back] + [
        f"invoice line {row.id} of {row.credits} credits has {row.grants} grants" for row in session.execute(GRANTED)
    ]
