"""Which of our prices was paid for, where the gateway tells an amount and a time alone: the books know which it can be.

A payment may be heard of late, after its subscription went to another price, and two prices may ask for as much.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from billing.catalog.gateway_prices import find_price_ref
from billing.catalog.plans import terms_of
from billing.catalog.terms import PlanTerms
from billing.money import Money
from billing.periods import end_after
from billing.subscriptions.tables import Subscription
from schemas.facts.invoices import GatewayInvoiceFact, GatewayLineFact


def with_billed_price(
    session: Session, subscription: Subscription, fact: GatewayInvoiceFact
) -> GatewayInvoiceFact | None:
    """The invoice with the price of each line, its plan's name and the end of its period; None where nobody can know.

    The subscription is as the gateway has it now.
    """
    if all(line.is_price_told for line in fact.lines):
        return fact
    lines = [_told(session, subscription, fact, line) for line in fact.lines]
    known = [line for line in lines if line is not None]
    return replace(fact, lines=tuple(known)) if len(known) == len(lines) else None


def choose_billed(
    amount: Money,
    at: datetime,
    present: PlanTerms,
    former: PlanTerms | None,
    priced_at: datetime | None,
    former_priced_at: datetime | None,
) -> PlanTerms | None:
    """Which of the two that much was paid for at that time; None for neither, and where it may have been either.

    The gateway had the present price at `priced_at` at the latest, when the books heard of it; and the former at
    `former_priced_at`, before which it may have been one before both, whatever that asked for.
    """
    if former_priced_at is not None and at < former_priced_at:
        return None
    fitting = [terms for terms in (present, former) if terms is not None and terms.price == amount]
    if len(fitting) > 1:
        return present if priced_at is not None and at >= priced_at else None
    return fitting[0] if fitting else None


def _told(
    session: Session, subscription: Subscription, fact: GatewayInvoiceFact, line: GatewayLineFact
) -> GatewayLineFact | None:
    if line.is_price_told:
        return line
    plan = _billed(session, subscription, fact, line)
    price_ref = find_price_ref(session, fact.gateway, plan.price_id) if plan is not None else ""
    if plan is None or not price_ref:
        return None
    end = end_after(subscription.anchor, plan.months, line.period_start)
    return replace(line, description=plan.plan_name, price_ref=price_ref, period_end=end, is_price_told=True)


def _billed(
    session: Session, subscription: Subscription, fact: GatewayInvoiceFact, line: GatewayLineFact
) -> PlanTerms | None:
    """None at a price that is not ours, for which a person was called."""
    if subscription.foreign_price or fact.paid_at is None:
        return None
    price_ids = [each for each in (subscription.price_id, subscription.former_price_id) if each is not None]
    terms = terms_of(session, price_ids)
    former = terms.get(subscription.former_price_id) if subscription.former_price_id else None
    amount = Money(line.net_minor, fact.currency)
    heard_at = subscription.priced_at, subscription.former_priced_at
    return choose_billed(amount, fact.paid_at, terms[subscription.price_id], former, *heard_at)
