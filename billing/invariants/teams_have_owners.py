"""An account with members has an owner among them, and is called by one."""

from sqlalchemy import text
from sqlalchemy.orm import Session

QUESTION = text("""
    SELECT a.id, count(m.id) FILTER (WHERE m.role = 'owner') AS owners
    FROM accounts a JOIN account_members m ON m.account_id = a.id
    GROUP BY a.id HAVING count(m.id) FILTER (WHERE m.role = 'owner' AND m.user_id = a.owner) = 0
    LIMIT 100
""")


def ask(session: Session) -> list[str]:
    """One sentence per account that nobody owns, or that names somebody else as its owner."""
    return [
        f"account {row.id} has {row.owners} owners in its team, and names none of them"
        for row in session.execute(QUESTION)
    ]
