"""Every command that was carried out has its entry in the audit, and every entry gets its place in the chain.

Of the last day: `cashbeat audit verify` asks of all times.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.operations import AUDITED

UNAUDITED = text(f"""
    SELECT o.id, o.kind FROM operations o WHERE {AUDITED} AND o.finished_at > now() - interval '1 day'
    AND NOT EXISTS (SELECT FROM audit_entries e WHERE e.operation_id = o.id)
    ORDER BY o.finished_at LIMIT 10
""")  # noqa: S608 - our own words alone
WAITING = text("""
    SELECT count(*) FROM audit_unchained u JOIN audit_entries e ON e.id = u.entry_id
    WHERE e.created_at < now() - interval '10 minutes'
""")


def ask(session: Session) -> list[str]:
    """One sentence per command without an entry, and one for entries that wait for their place for too long."""
    answers = [f"operation {row.id} ({row.kind}) is done and has no entry" for row in session.execute(UNAUDITED)]
    if waiting := session.scalar(WAITING):
        answers.append(f"{waiting} entries have waited for their place in the chain for over ten minutes")
    return answers
