"""The one look into the books before gateways are asked about a batch of events."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from billing.accounts.queries import known_customers
from billing.gateway_run.mirror_invoice import mirrored_invoices
from billing.payments.queries import captured_references
from calls.hearing import Known, facts_by_gateway
from database.clock import database_time
from schemas.facts.events import EventFact


def look(session: Session, facts: Sequence[EventFact]) -> Known:
    """What is known of the objects of these events, and what time it was before anybody was asked."""
    looked_at = database_time(session)
    subscriptions = facts_by_gateway(facts, lambda fact: fact.subscription_ref if fact.invoice_ref else "")
    mirrored = mirrored_invoices(session, subscriptions)
    captured = captured_references(session, {fact.attempt_id for fact in facts if fact.attempt_id})
    settled = {invoice for invoice, is_settled in mirrored.items() if is_settled}
    return Known(
        looked_at=looked_at,
        settled=frozenset(settled | captured),
        mirrored=frozenset(mirrored),
        customers=frozenset(known_customers(session, facts_by_gateway(facts, lambda fact: fact.customer_ref))),
    )
