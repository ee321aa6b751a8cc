"""Usage and credits agree: events cost what their version says, what they cost was taken, sums and reservations fit."""

from sqlalchemy import text
from sqlalchemy.orm import Session

PRICED = text("""
    SELECT e.account_id, e.event_id, e.credits, c.id AS cost_id
    FROM usage_events e LEFT JOIN credit_costs c ON c.id = e.cost_id AND c.operation = e.operation
    WHERE e.credits IS DISTINCT FROM e.quantity * c.credits / c.per_quantity + CASE c.rounding
        WHEN 'up' THEN CAST(e.quantity * c.credits % c.per_quantity > 0 AS INT)
        WHEN 'half_up' THEN CAST(2 * (e.quantity * c.credits % c.per_quantity) >= c.per_quantity AS INT)
        ELSE 0 END
    LIMIT 100
""")

TAKEN = text("""
    WITH used AS (
        SELECT account_id, cause, sum(credits) AS credits FROM usage_events GROUP BY account_id, cause
    ), taken AS (
        SELECT account_id, cause, -amount AS credits FROM credit_transactions WHERE movement = 'consume'
        UNION ALL SELECT account_id, cause, amount FROM credit_debts WHERE reason = 'overdraft'
    )
    SELECT used.cause, used.credits AS used, coalesce(sum(taken.credits), 0) AS taken
    FROM used LEFT JOIN taken ON taken.account_id = used.account_id AND taken.cause = used.cause
    GROUP BY used.account_id, used.cause, used.credits HAVING used.credits <> coalesce(sum(taken.credits), 0)
    LIMIT 100
""")

ROLLED_UP = text("""
    SELECT coalesce(r.account_id, e.account_id) AS account_id, coalesce(r.operation, e.operation) AS operation,
           coalesce(r.begins_at, e.begins_at) AS begins_at
    FROM usage_roll_ups r FULL JOIN (
        SELECT account_id, operation, date_bin('15 minutes', happened_at, TIMESTAMPTZ '2000-01-01T00:00Z') AS begins_at,
               count(*) AS events, sum(quantity) AS quantity, sum(credits) AS credits
        FROM usage_events GROUP BY 1, 2, 3
    ) e ON e.account_id = r.account_id AND e.operation = r.operation AND e.begins_at = r.begins_at
    WHERE (r.events, r.quantity, r.credits) IS DISTINCT FROM (e.events, e.quantity, e.credits)
    LIMIT 100
""")

RESERVED = text("""
    SELECT r.id, r.state, r.credits, coalesce(-sum(t.amount), 0) AS moved
    FROM usage_reservations r LEFT JOIN credit_transactions t ON t.account_id = r.account_id
        AND t.cause IN ('usage_reservation/' || r.id, 'usage_reservation/' || r.id || '/closed')
    GROUP BY r.id
    HAVING coalesce(-sum(t.amount), 0) <> CASE r.state WHEN 'held' THEN r.credits ELSE 0 END
    LIMIT 100
""")


def ask(session: Session) -> list[str]:
    """One sentence per event, debit, sum or reservation that does not fit."""
    priced = [
        f"event {row.event_id} of account {row.account_id} cost {row.credits} credits, its price says otherwise"
        for row in session.execute(PRICED)
    ]
    taken = [f"events of {row.cause} cost {row.used} credits, {row.taken} were taken" for row in session.execute(TAKEN)]
    rolled_up = [
        f"usage of {row.operation} by account {row.account_id} at {row.begins_at} is not what its events add up to"
        for row in session.execute(ROLLED_UP)
    ]
    reserved = [
        f"reservation {row.id} of {row.credits} credits is {row.state}, and {row.moved} are set apart"
        for row in session.execute(RESERVED)
    ]
    return [*priced, *taken, *rolled_up, *reserved]
