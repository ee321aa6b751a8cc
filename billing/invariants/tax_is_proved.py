"""What the ledger owes to the tax office is the tax of the invoices that stand, less that of their credit notes."""

from sqlalchemy import text
from sqlalchemy.orm import Session

# what an invoice gives back beyond what it charges is a line that brings it to zero: its tax was not billed
QUESTION = text("""
    WITH said AS (
        SELECT i.account_id, i.currency, l.tax_minor AS minor
        FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id
        WHERE i.number IS NOT NULL AND i.status <> 'void' AND l.kind <> 'kept'
        UNION ALL
        SELECT n.account_id, n.currency, -n.tax_minor
        FROM credit_notes n JOIN invoices i ON i.id = n.invoice_id WHERE i.status <> 'void'
        UNION ALL
        SELECT account_id, currency, amount_minor FROM ledger_entries WHERE ledger_account = 'tax_payable'
    )
    SELECT account_id, currency, sum(minor) AS difference_minor FROM said
    GROUP BY account_id, currency HAVING sum(minor) <> 0
    LIMIT 100
""")


def ask(session: Session) -> list[str]:
    """One sentence per account and currency of which papers and ledger say another tax."""
    return [
        f"of account {row.account_id} the papers say {row.difference_minor} {row.currency} more tax than the ledger"
        for row in session.execute(QUESTION)
    ]
