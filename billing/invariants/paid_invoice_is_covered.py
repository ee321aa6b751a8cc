"""A paid invoice is covered by its allocations, no other is, and what an invoice says of them is true."""

from sqlalchemy import text
from sqlalchemy.orm import Session

QUESTION = text("""
    WITH paid AS (
        SELECT a.invoice_id, sum(a.amount_minor) AS allocated_minor, min(r.currency) AS currency,
               count(DISTINCT r.currency) AS currencies, bool_and(r.account_id = i.account_id) AS is_own
        FROM allocations a JOIN receipts r ON r.id = a.receipt_id JOIN invoices i ON i.id = a.invoice_id
        GROUP BY a.invoice_id
    )
    SELECT i.id, i.number, i.status, i.total_minor, i.allocated_minor AS said_minor,
           coalesce(p.allocated_minor, 0) AS allocated_minor
    FROM invoices i LEFT JOIN paid p ON p.invoice_id = i.id
    WHERE i.allocated_minor <> coalesce(p.allocated_minor, 0)
       OR (i.status = 'paid' AND coalesce(p.allocated_minor, 0) <> i.total_minor)
       OR (i.status IN ('pending', 'uncollectible') AND i.total_minor > 0 AND i.allocated_minor = i.total_minor)
       OR (i.status IN ('draft', 'void') AND coalesce(p.allocated_minor, 0) <> 0)
       OR (p.invoice_id IS NOT NULL AND (p.currencies > 1 OR p.currency <> i.currency OR NOT p.is_own))
    LIMIT 100
""")


def ask(session: Session) -> list[str]:
    """One sentence per invoice whose allocations do not fit it."""
    return [
        f"invoice {row.number or row.id} of {row.total_minor} is {row.status} and says that {row.said_minor} are paid, "
        f"its allocations say {row.allocated_minor}"
        for row in session.execute(QUESTION)
    ]
