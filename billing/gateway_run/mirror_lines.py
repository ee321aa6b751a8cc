"""The lines of an invoice that a gateway wrote, with the credits that they grant or take back here."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.catalog.gateway_prices import known_prices
from billing.catalog.plans import terms_of
from billing.catalog.terms import PlanTerms
from billing.cycle.pricing.proration import credits_left
from billing.invoices.rules import LineDraft, kept_lines
from billing.invoices.tables import Invoice, InvoiceLine, LineKind
from billing.money import Money
from billing.periods import Period, boundary
from billing.subscriptions.tables import Subscription
from billing.tax.decision import TaxDecision, TaxReason
from billing.usage.revoke import revoke_credits
from schemas.facts.invoices import GatewayInvoiceFact, GatewayLineFact

UNTAXED = TaxDecision("", 0, TaxReason.AS_BILLED)


def mirrored_lines(session: Session, subscription: Subscription, fact: GatewayInvoiceFact) -> list[LineDraft]:
    """The gateway's lines with our credits, and a line for what it keeps for the customer.

    Taxes are what the gateway has billed, line by line: it rounds in its own way, and has been paid so.
    """
    plans = _plans(session, fact)
    gained = _gained(session, subscription, fact, plans)
    lines = []
    for line in fact.lines:
        plan = plans.get(line.price_ref)
        granted = 0
        if plan is not None and not line.is_proration and not is_trial(subscription, line):
            granted = plan.credits * line.quantity
        elif line.is_proration and line.net_minor > 0 and gained > 0:
            granted, gained = gained, 0  # all that a change of plan gains, with the first line that charges for it
        lines.append(_line(line, fact.currency, granted, plan))
    return [*lines, *kept_lines(lines, UNTAXED)]


def take_back_credits(session: Session, subscription: Subscription, fact: GatewayInvoiceFact, now: datetime) -> None:
    """Take back, once, the credits of a plan that was left, now that the invoice which gives it back is paid.

    What is spent already stays spent: the gateway has changed the plan, and does not ask us.
    """
    gained = _gained(session, subscription, fact, _plans(session, fact))
    if gained < 0:
        cause, account_id = f"{fact.gateway}_invoice/{fact.invoice_ref}", subscription.account_id
        revoke_credits(session, account_id, subscription.id, -gained, cause, now, as_far_as_possible=True)


def _gained(
    session: Session, subscription: Subscription, fact: GatewayInvoiceFact, plans: Mapping[str, PlanTerms]
) -> int:
    """The credits that prorations bring together; negative when they give back more."""
    prorated = [line for line in fact.lines if line.is_proration]
    begun = _begun(session, subscription, fact, {line.period_end for line in prorated})
    return sum(_prorated_credits(line, plans.get(line.price_ref), begun, subscription.anchor) for line in prorated)


def is_trial(subscription: Subscription, line: GatewayLineFact) -> bool:
    """Free because it begins in the trial, and not by a discount: a trial is not billed and grants nothing."""
    is_early = subscription.trial_end is not None and line.period_start < subscription.trial_end
    return is_early and line.net_minor + line.tax_minor == 0


def _plans(session: Session, fact: GatewayInvoiceFact) -> dict[str, PlanTerms]:
    prices = known_prices(session, fact.gateway, [line.price_ref for line in fact.lines])
    terms = terms_of(session, prices.values())
    return {price_ref: terms[price_id] for price_ref, price_id in prices.items()}


def _line(line: GatewayLineFact, currency: str, credits_granted: int, plan: PlanTerms | None) -> LineDraft:
    rolls_over = plan is not None and plan.credits_roll_over
    return LineDraft(
        line.description,
        1,
        Money(line.net_minor, currency),
        credits=credits_granted,
        credits_expire_at=line.period_end if credits_granted and not rolls_over else None,
        kind=LineKind.CREDIT if line.net_minor < 0 else LineKind.CHARGE,
        period=Period(line.period_start, line.period_end) if line.period_end > line.period_start else None,
        fixed_tax=Money(line.tax_minor, currency),
        tax=TaxDecision(line.tax_name, line.tax_rate_ppm, TaxReason.AS_BILLED),
    )


def _begun(
    session: Session, subscription: Subscription, fact: GatewayInvoiceFact, ends: Collection[datetime]
) -> dict[datetime, datetime]:
    """When the periods began that end then, as they were billed before: their end alone does not tell their anchor."""
    if not ends:
        return {}
    began = func.min(InvoiceLine.period_start).label("began")
    billed = select(InvoiceLine.period_end, began).join(Invoice, Invoice.id == InvoiceLine.invoice_id)
    before = billed.where(Invoice.subscription_id == subscription.id, Invoice.invoice_ref != fact.invoice_ref)
    of_these = before.where(InvoiceLine.period_end.in_(ends))
    rows = session.execute(of_these.group_by(InvoiceLine.period_end))
    return {row.period_end: row.began for row in rows}


def _prorated_credits(
    line: GatewayLineFact, plan: PlanTerms | None, begun: Mapping[datetime, datetime], anchor: datetime
) -> int:
    """The plan's credits for the line's time; negative where the line gives back, none where no money moves."""
    if plan is None or line.period_end <= line.period_start or not line.net_minor:
        return 0
    began = begun.get(line.period_end)
    whole = Period(began, line.period_end) if began else _whole_period(line, plan, anchor)
    share = credits_left(plan.credits * line.quantity, whole, line.period_start)
    return share if line.net_minor > 0 else -share


def _whole_period(line: GatewayLineFact, plan: PlanTerms, anchor: datetime) -> Period:
    """The period that the line ends with and that was never billed here: by the anchor, else by its end alone."""
    end = line.period_end
    months = (end.year - anchor.year) * 12 + end.month - anchor.month
    if boundary(anchor, 1, months) == end:
        return Period(boundary(anchor, 1, months - plan.months), end)
    return Period(boundary(end, plan.months, -1), end)
