"""Bring the tax of a subscription that its gateway runs to our rate."""

from datetime import date
from uuid import UUID

from billing.gateway_run.wanted_tax import is_taxed_otherwise, wanted_tax
from gateways.gateway import Gateway
from schemas.facts.subscriptions import SubscriptionFact
from workers.wiring import Work


def bring_tax(
    work: Work, gateway: Gateway, account_id: UUID, fact: SubscriptionFact, day: date, key: str
) -> SubscriptionFact:
    """Claim: the rate of that day. Call: it, if the subscription has another. The subscription as it is then.

    Nothing is recorded. Invoices take the rate with which they find the subscription when they are made, so what runs
    on has the rate of the day of its next invoice.
    """
    with work.database.transaction() as session:
        wanted = wanted_tax(session, account_id, day)
    if not is_taxed_otherwise(fact, wanted):
        return fact
    subscriptions = gateway.subscriptions
    tax_ref = subscriptions.ensure_tax_rate(wanted) if wanted else ""
    return subscriptions.set_tax(fact.subscription_ref, tax_ref, idempotency_key=f"{key}/tax/{tax_ref or 'none'}")
