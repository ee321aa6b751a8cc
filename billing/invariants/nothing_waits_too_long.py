"""Nothing due waits for longer than two minutes, and nothing is parked, or refused and told nobody, unseen."""

from sqlalchemy import text
from sqlalchemy.orm import Session

QUESTION = text("""
    SELECT memory, state, count(*) AS count FROM (
        SELECT 'inbox' AS memory, state, next_attempt_at, lease_until FROM inbox
        UNION ALL SELECT 'operations', state, next_attempt_at, lease_until FROM operations
        UNION ALL SELECT 'outbox', state, next_attempt_at, lease_until FROM outbox
        UNION ALL SELECT 'subscriptions', 'parked', failed_at, NULL FROM subscriptions WHERE failed_at IS NOT NULL
    ) AS work
    WHERE state = 'parked' OR (state = 'rejected' AND memory <> 'operations')
       OR (state = 'ready' AND greatest(next_attempt_at, lease_until) < now() - interval '2 minutes')
    GROUP BY memory, state
""")


def ask(session: Session) -> list[str]:
    """One sentence per memory and state in which work is stuck."""
    return [f"{row.count} rows of {row.memory} are {row.state} and stuck" for row in session.execute(QUESTION)]
