"""Within a month, invoice numbers run from 1 to the counter without a repeat, or a gap that is not explained."""

from sqlalchemy import text
from sqlalchemy.orm import Session

QUESTION = text("""
    WITH numbered AS (
        SELECT date_trunc('month', issued_at AT TIME ZONE 'UTC')::date AS month,
               split_part(number, '-', 4)::bigint AS counter
        FROM invoices WHERE number IS NOT NULL
        UNION ALL
        SELECT month, generate_series(first_number, last_number) FROM invoice_number_gaps
    )
    SELECT coalesce(n.month, c.month) AS month, coalesce(c.last_number, 0) AS given, count(n.counter) AS used,
           coalesce(max(n.counter), 0) AS highest
    FROM numbered n FULL JOIN invoice_counters c ON c.month = n.month
    GROUP BY 1, 2
    HAVING coalesce(c.last_number, 0) <> count(DISTINCT n.counter) OR coalesce(max(n.counter), 0) <> count(n.counter)
""")


def ask(session: Session) -> list[str]:
    """One sentence per month whose numbers do not fit."""
    return [
        f"in {row.month:%Y-%m} {row.given} numbers were given, {row.used} are used, the highest is {row.highest}"
        for row in session.execute(QUESTION)
    ]
