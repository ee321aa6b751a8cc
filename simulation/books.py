"""Questions to the books."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.manual_payments.reference import reference_of
from simulation.debts import Owed
from simulation.disputes import Unanswered
from simulation.figures import Tally
from simulation.people import Standing

STANDINGS = text("""
    SELECT DISTINCT ON (s.account_id)
           s.account_id::text, s.id::text AS subscription_id, s.status, plans.slug AS plan, s.interval,
           s.cancel_at_period_end AS is_ending, coalesce(paid.id::text, '') AS payment_id,
           coalesce(paid.gateway IN ('bank_transfer', 'local_wallet'), false) AS is_paid_by_hand
    FROM subscriptions s
    JOIN plan_prices p ON p.id = s.price_id
    JOIN plan_versions v ON v.id = p.version_id
    JOIN plans ON plans.id = v.plan_id
    LEFT JOIN LATERAL (
        SELECT r.id, r.gateway FROM receipts r WHERE r.account_id = s.account_id AND r.source = 'capture'
        ORDER BY r.received_at DESC, r.amount_minor DESC LIMIT 1
    ) paid ON true
    ORDER BY s.account_id, s.created_at DESC, s.id
""")
# in the order in which they came, so that the bank's statement is the same again
OWED = text("""
    SELECT i.account_id::text, i.number, i.issued_at, i.total_minor, i.total_minor - i.allocated_minor AS left_minor,
           i.currency
    FROM invoices i JOIN subscriptions s ON s.id = i.subscription_id
    WHERE i.status = 'pending' AND s.pay_by = 'transfer'
    ORDER BY i.issued_at, i.account_id, i.total_minor, i.id
""")
UNANSWERED = text("""
    SELECT d.account_id::text, d.dispute_ref, d.evidence_due_at, d.status = 'inquiry' AS is_inquiry,
           EXISTS (SELECT FROM refunds f WHERE f.receipt_id = d.receipt_id AND f.status = 'succeeded') AS is_refunded
    FROM disputes d
    WHERE d.status IN ('inquiry', 'needs_response') AND d.evidence_due_at IS NOT NULL
    ORDER BY d.opened_at, d.account_id, d.amount_minor, d.id
""")
NEWEST_WALLETS = text("""
    SELECT DISTINCT ON (account_id) account_id::text, card_ref
    FROM cards WHERE kind = 'wallet' ORDER BY account_id, created_at DESC, id DESC
""")
COMMANDS_WAITING = text("SELECT count(*) FROM operations WHERE state = 'ready'")
FOLLOW_UPS_WAITING = text("SELECT topic, id FROM outbox WHERE state = 'ready'")
# Partial indexes answer each of these, however much has been finished before.
UNFINISHED = text("""
    SELECT (SELECT count(*) FROM operations WHERE state = 'ready')
         + (SELECT count(*) FROM outbox WHERE state = 'ready')
         + (SELECT count(*) FROM inbox WHERE state = 'ready')
         + (SELECT count(*) FROM unverified_events)
         + (SELECT count(*) FROM test_clocks WHERE status <> 'ready')
         + (SELECT count(*) FROM payment_attempts
            WHERE kind = 'charge' AND status IN ('created', 'unknown', 'pending'))
         + (SELECT count(*) FROM refunds WHERE status IN ('created', 'unknown', 'pending'))
""")
TALLY = text("""
    SELECT
        (SELECT count(*) FROM invoices WHERE reason = 'renewal') AS renewals,
        (SELECT count(*) FROM payment_attempts WHERE status = 'captured') AS captured,
        (SELECT coalesce(sum(amount_minor), 0) FROM payment_attempts WHERE status = 'captured') AS captured_minor,
        (SELECT count(*) FROM payment_attempts
         WHERE status = 'captured' AND gateway IN (SELECT gateway FROM cards WHERE kind = 'wallet')) AS by_wallet,
        (SELECT coalesce(sum(amount_minor), 0) FROM payment_attempts
         WHERE status = 'captured' AND gateway IN (SELECT gateway FROM cards WHERE kind = 'wallet')) AS by_wallet_minor,
        (SELECT count(*) FROM payment_attempts WHERE status = 'failed') AS declined,
        (SELECT count(*) FROM dunnings WHERE state = 'recovered' AND last_code <> 'transfer_overdue') AS recovered,
        (SELECT coalesce(sum(total_minor - balance_used_minor - carried_over_minor), 0)
         FROM dunnings JOIN invoices ON invoices.id = invoice_id
         WHERE state = 'recovered' AND last_code <> 'transfer_overdue') AS recovered_minor,
        (SELECT count(*) FROM receipts WHERE source = 'capture' AND gateway = 'bank_transfer') AS transfers,
        (SELECT coalesce(sum(amount_minor), 0) FROM receipts
         WHERE source = 'capture' AND gateway = 'bank_transfer') AS transfers_minor,
        (SELECT count(*) FROM dunnings WHERE last_code = 'transfer_overdue') AS transfers_overdue,
        (SELECT count(*) FROM dunnings
         WHERE last_code = 'transfer_overdue' AND state = 'exhausted') AS transfers_ended,
        (SELECT count(*) FROM subscriptions WHERE status = 'canceled') AS canceled,
        (SELECT count(*) FROM refunds WHERE status = 'succeeded') AS refunds,
        (SELECT coalesce(sum(amount_minor), 0) FROM refunds WHERE status = 'succeeded') AS refunded_minor,
        (SELECT count(*) FROM credit_notes) AS credit_notes,
        (SELECT count(*) FROM disputes WHERE status = 'inquiry_closed') AS inquiries_closed,
        (SELECT count(*) FROM disputes WHERE status NOT IN ('inquiry', 'inquiry_closed')) AS disputes,
        (SELECT count(*) FROM disputes WHERE status = 'won') AS disputes_won,
        (SELECT count(*) FROM disputes WHERE status = 'lost') AS disputes_lost,
        (SELECT coalesce(-sum(r.amount_minor), 0)
         FROM disputes d JOIN receipts r ON r.gateway = d.gateway AND r.reference = d.dispute_ref
         WHERE d.status = 'lost' AND r.source = 'dispute') AS dispute_losses_minor,
        (SELECT coalesce(-sum(amount_minor), 0) FROM receipts WHERE source = 'dispute_fee') AS dispute_fees_minor,
        (SELECT coalesce(sum(amount), 0) FROM credit_transactions WHERE movement = 'grant') AS credits_granted,
        (SELECT coalesce(-sum(amount), 0) FROM credit_transactions WHERE movement = 'consume') AS credits_used,
        (SELECT coalesce(-sum(amount), 0) FROM credit_transactions WHERE movement = 'expire') AS credits_expired,
        (SELECT coalesce(sum(per_month), 0)::bigint FROM (
            SELECT (p.price_minor - CASE WHEN NOT s.is_period_discounted THEN 0
                                         WHEN s.discount_ppm > 0 THEN p.price_minor * s.discount_ppm / 1000000
                                         ELSE least(s.discount_minor, p.price_minor) END)
                   / CASE s.interval WHEN 'year' THEN 12 ELSE 1 END
                 + (SELECT coalesce(sum(sp.price_minor * ss.quantity), 0)
                    FROM subscription_services ss JOIN service_prices sp ON sp.id = ss.price_id
                    WHERE ss.subscription_id = s.id) AS per_month
            FROM subscriptions s JOIN plan_prices p ON p.id = s.price_id
            WHERE s.status IN ('active', 'past_due')
        ) AS running) AS mrr_minor
""")


def standings(session: Session) -> dict[str, Standing]:
    """How each account's newest subscription stands, by the account's id."""
    rows = session.execute(STANDINGS).all()
    return {row[0]: Standing(*row[1:]) for row in rows}


def owed_by_transfer(session: Session) -> list[Owed]:
    """Every invoice that waits for a transfer."""
    return [
        Owed(row.account_id, reference_of(row.number), row.issued_at, row.total_minor, row.left_minor, row.currency)
        for row in session.execute(OWED)
    ]


def newest_wallets(session: Session) -> dict[str, str]:
    """The gateway's id of the wallet that each account saved last, by the account's id."""
    return {row.account_id: row.card_ref for row in session.execute(NEWEST_WALLETS)}


def unanswered(session: Session) -> list[Unanswered]:
    """Every dispute and inquiry that a bank waits for a reply to."""
    return [Unanswered(*row) for row in session.execute(UNANSWERED)]


def unfinished(session: Session) -> int:
    """How much is under way anywhere in the pipeline. What waits for another try counts as well."""
    return int(session.scalar(UNFINISHED) or 0)


def commands_waiting(session: Session) -> int:
    """How many commands have no outcome yet."""
    return int(session.scalar(COMMANDS_WAITING) or 0)


def follow_ups_waiting(session: Session) -> list[tuple[str, UUID]]:
    """Topic and id of what is to follow from something that was done."""
    return [(row.topic, row.id) for row in session.execute(FOLLOW_UPS_WAITING)]


def tally(session: Session) -> Tally:
    """What the books have counted by now.

    MRR counts active and past due subscriptions: a year's price by twelve, rounded down, less this period's discount,
    plus services per month.
    """
    return Tally(**{name: int(value) for name, value in session.execute(TALLY).one()._mapping.items()})
