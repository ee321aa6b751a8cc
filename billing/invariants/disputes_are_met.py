"""What disputes claim of payments is contested on the invoices that those have paid, or lost, and nothing else is."""

from sqlalchemy import text
from sqlalchemy.orm import Session

# a claim is what has left by disputes of a payment, less what was taken out of kept money and invoices for it
QUESTION = text("""
    WITH taken AS (
        SELECT dispute_id, sum(amount_minor) AS minor FROM allocations WHERE dispute_id IS NOT NULL GROUP BY dispute_id
    ), gone AS (
        SELECT d.id, -sum(r.amount_minor) AS minor
        FROM disputes d JOIN receipts r
            ON r.source = 'dispute' AND r.gateway = d.gateway AND r.reference = d.dispute_ref
            AND r.currency = d.currency
        GROUP BY d.id
    ), claims AS (
        SELECT d.id, d.receipt_id, d.status = 'lost' AS is_lost,
               coalesce(g.minor, 0) - coalesce(t.minor, 0) AS minor, coalesce(t.minor, 0) AS taken_minor
        FROM disputes d LEFT JOIN gone g ON g.id = d.id LEFT JOIN taken t ON t.dispute_id = d.id
    ), paid AS (
        SELECT a.receipt_id, a.invoice_id, sum(a.amount_minor) AS minor
        FROM allocations a
        WHERE a.invoice_id IS NOT NULL AND a.receipt_id IN (SELECT receipt_id FROM claims)
        GROUP BY a.receipt_id, a.invoice_id HAVING sum(a.amount_minor) > 0
    ), undecided AS (
        SELECT receipt_id, sum(minor) AS minor FROM claims WHERE NOT is_lost GROUP BY receipt_id
    ), found AS (
        SELECT p.receipt_id, sum(i.contested_minor) AS contested_minor,
               sum(least(p.minor, i.allocated_minor - i.credited_minor)) AS there_minor
        FROM paid p JOIN invoices i ON i.id = p.invoice_id GROUP BY p.receipt_id
    ), claimed AS (
        SELECT p.invoice_id, sum(least(u.minor, p.minor)) AS minor
        FROM paid p JOIN undecided u ON u.receipt_id = p.receipt_id GROUP BY p.invoice_id
    )
    SELECT 'dispute ' || id AS what, 'has taken ' || -minor || ' more than has left by it' AS wrong
    FROM claims WHERE minor < 0
    UNION ALL
    SELECT 'payment ' || u.receipt_id,
           'disputes claim ' || u.minor || ', and contest ' || coalesce(f.contested_minor, 0)
    FROM undecided u LEFT JOIN found f ON f.receipt_id = u.receipt_id
    WHERE coalesce(f.contested_minor, 0) < least(u.minor, coalesce(f.there_minor, 0))
    UNION ALL
    SELECT 'invoice ' || i.id, 'is contested for ' || i.contested_minor || ', and claimed for ' || coalesce(c.minor, 0)
    FROM invoices i LEFT JOIN claimed c ON c.invoice_id = i.id
    WHERE i.contested_minor > coalesce(c.minor, 0)
    UNION ALL
    -- what was charged back once may be paid again by another payment, and is not taken from that
    SELECT 'dispute ' || c.id, 'is lost, and was taken out of nothing'
    FROM claims c
    WHERE c.is_lost AND c.minor > 0 AND c.taken_minor = 0 AND EXISTS (
        SELECT FROM paid p JOIN invoices i ON i.id = p.invoice_id
        WHERE p.receipt_id = c.receipt_id AND i.charged_back_minor = 0 AND i.allocated_minor > i.credited_minor
    )
    LIMIT 100
""")


def ask(session: Session) -> list[str]:
    """One sentence per dispute, payment or invoice."""
    return [f"{row.what}: {row.wrong}" for row in session.execute(QUESTION)]
