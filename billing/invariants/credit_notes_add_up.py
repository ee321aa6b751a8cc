"""Credit notes are numbered without a gap, and their sums are those of their lines, invoices, refunds and receipts."""

from sqlalchemy import text
from sqlalchemy.orm import Session

# each gives a name and what is wrong with it
QUESTIONS = (
    text("""
        WITH numbered AS (
            SELECT date_trunc('month', issued_at AT TIME ZONE 'UTC')::date AS month,
                   split_part(number, '-', 4)::bigint AS counter
            FROM credit_notes
            UNION ALL
            SELECT month, generate_series(first_number, last_number) FROM credit_note_number_gaps
        )
        SELECT 'month ' || coalesce(n.month, c.month) AS what,
               'has ' || count(n.counter) || ' numbers of credit notes, its counter says '
               || coalesce(c.last_number, 0) AS wrong
        FROM numbered n FULL JOIN credit_note_counters c ON c.month = n.month
        GROUP BY n.month, c.month, c.last_number
        HAVING coalesce(c.last_number, 0) <> count(DISTINCT n.counter)
            OR coalesce(max(n.counter), 0) <> count(n.counter)
    """),
    text("""
        SELECT 'credit note ' || n.number AS what, 'says another sum than its lines' AS wrong
        FROM credit_notes n LEFT JOIN credit_note_lines l ON l.credit_note_id = n.id
        GROUP BY n.id
        HAVING n.subtotal_minor <> coalesce(sum(l.net_minor), 0) OR n.tax_minor <> coalesce(sum(l.tax_minor), 0)
        LIMIT 100
    """),
    text("""
        SELECT 'invoice ' || coalesce(i.id, n.invoice_id) AS what,
               'says ' || coalesce(i.credited_minor, 0) || ' credited, its notes ' || coalesce(n.minor, 0) AS wrong
        FROM (SELECT id, credited_minor FROM invoices WHERE credited_minor <> 0) i
        FULL JOIN (SELECT invoice_id, sum(total_minor) AS minor FROM credit_notes GROUP BY invoice_id) n
            ON n.invoice_id = i.id
        WHERE coalesce(i.credited_minor, 0) <> coalesce(n.minor, 0)
        LIMIT 100
    """),
    text("""
        WITH kept AS (
            SELECT invoice_id, sum(net_minor + tax_minor) AS minor FROM invoice_lines WHERE kind = 'kept'
            GROUP BY invoice_id
        )
        SELECT 'subscription ' || i.subscription_id AS what,
               'was billed ' || sum(i.total_minor) || ' and has given back '
               || sum(i.credited_minor + coalesce(k.minor, 0)) AS wrong
        FROM invoices i LEFT JOIN kept k ON k.invoice_id = i.id
        WHERE i.subscription_id IS NOT NULL AND i.gateway = '' AND i.status = 'paid'
        GROUP BY i.subscription_id
        HAVING sum(i.credited_minor) > 0 AND sum(i.total_minor - i.credited_minor - coalesce(k.minor, 0)) < 0
        LIMIT 100
    """),
    text("""
        SELECT 'void invoice ' || i.number AS what,
               'of ' || i.total_minor || ' has credit notes of ' || i.credited_minor || ' and none is to come' AS wrong
        FROM invoices i
        WHERE i.status = 'void' AND i.number IS NOT NULL AND i.credited_minor <> i.total_minor
            AND NOT EXISTS (
                SELECT FROM outbox o WHERE o.subject_id = i.id AND o.topic = 'invoice_voided' AND o.state <> 'done'
            )
        LIMIT 100
    """),
    text("""
        SELECT 'refund ' || f.id AS what, 'of ' || f.amount_minor || ' is made of other parts' AS wrong
        FROM refunds f
        LEFT JOIN LATERAL (SELECT sum(refunded_minor) AS minor FROM credit_notes WHERE refund_id = f.id) noted ON true
        LEFT JOIN LATERAL (SELECT sum(amount_minor) AS minor FROM allocations WHERE refund_id = f.id) drawn ON true
        WHERE f.amount_minor <> f.kept_minor + f.unexplained_minor + coalesce(noted.minor, 0)
            OR f.kept_minor <> coalesce(drawn.minor, 0)
        LIMIT 100
    """),
)


def ask(session: Session) -> list[str]:
    """One sentence per month, credit note, invoice or refund whose figures contradict each other."""
    return [f"{row.what} {row.wrong}" for question in QUESTIONS for row in session.execute(question)]
