"""Which rate of tax the invoices of a subscription that a gateway runs are to bear."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.tax.queries import decide_tax
from schemas.facts.subscriptions import SubscriptionFact
from schemas.facts.terms import TaxRateRequest


def wanted_tax(session: Session, account_id: UUID, day: date) -> TaxRateRequest | None:
    """The rate of the customer's country on a UTC day, as the gateway is told of it; None where nothing is taxed."""
    country = get_account(session, account_id).country
    tax = decide_tax(session, country, day)
    return TaxRateRequest(country, tax.name, tax.rate_ppm) if tax.rate_ppm else None


def is_taxed_otherwise(fact: SubscriptionFact, wanted: TaxRateRequest | None) -> bool:
    """Whether its invoices to come would bear another tax than the wanted one.

    What a person has set at the gateway, or the gateway works out by itself, is their business. A change that waits for
    its payment is not disturbed: it would be dropped.
    """
    if fact.ended_at or fact.pending or fact.is_taxed_by_gateway or not all(rate.is_ours for rate in fact.taxes):
        return False
    present = [(rate.name, rate.rate_ppm) for rate in fact.taxes]
    return present != ([(wanted.name, wanted.rate_ppm)] if wanted else [])
