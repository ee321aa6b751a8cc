"""What was written of a subscription's MRR adds up to what it brings a month, by price, discount and services."""

from sqlalchemy import text
from sqlalchemy.orm import Session

# in fractions and rounded once, where the trigger that writes the movements counts in whole numbers
QUESTION = text("""
    WITH brings AS (
        SELECT s.id AS subscription_id, s.currency, round(
            (p.price_minor - least(p.price_minor, CASE WHEN s.is_period_discounted THEN greatest(
                round(p.price_minor * s.discount_ppm / 1000000.0), s.discount_minor) ELSE 0 END))
            / CASE WHEN p.interval = 'year' THEN 12.0 ELSE 1.0 END
        ) + coalesce(services.minor, 0) AS minor
        FROM subscriptions s JOIN plan_prices p ON p.id = s.price_id LEFT JOIN (
            SELECT x.subscription_id, sum(x.quantity * y.price_minor) AS minor
            FROM subscription_services x JOIN service_prices y ON y.id = x.price_id AND y.interval <> 'once' GROUP BY 1
        ) services ON services.subscription_id = s.id
        WHERE s.clock_id IS NULL AND s.status NOT IN ('incomplete', 'trialing', 'paused', 'canceled', 'expired')
    ), moved AS (
        SELECT subscription_id, currency, sum(amount_minor) AS minor FROM mrr_movements GROUP BY 1, 2
    )
    SELECT subscription_id, currency, coalesce(brings.minor, 0) AS brings, coalesce(moved.minor, 0) AS moved
    FROM brings FULL JOIN moved USING (subscription_id, currency)
    WHERE coalesce(brings.minor, 0) <> coalesce(moved.minor, 0)
    LIMIT 100
""")
WHOSE = text("""
    SELECT m.subscription_id, m.account_id FROM mrr_movements m JOIN subscriptions s ON s.id = m.subscription_id
    WHERE s.account_id <> m.account_id
    LIMIT 100
""")


def ask(session: Session) -> list[str]:
    """One sentence per subscription whose movements say something else, or are another account's."""
    differing = [
        f"subscription {row.subscription_id} brings {row.brings} {row.currency} a month, its movements say {row.moved}"
        for row in session.execute(QUESTION)
    ]
    others = [
        f"a movement of subscription {row.subscription_id} is said to be of account {row.account_id}"
        for row in session.execute(WHOSE)
    ]
    return [*differing, *others]
