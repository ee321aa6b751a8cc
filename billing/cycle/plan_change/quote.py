"""Pure rules of a change of plan that happens now: lines, credits and the period that follows.

What is previewed and what is charged are this same function of the same instant.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from billing.catalog.tables import Interval
from billing.catalog.terms import Addition, PlanTerms
from billing.credit_notes.sold import Sold
from billing.cycle.pricing.lines import Discount, price_after, service_line
from billing.cycle.pricing.proration import credits_left, value_charged, value_given_back
from billing.invoices.rules import LineDraft, kept_lines
from billing.invoices.tables import LineKind
from billing.money import Money, divide_down
from billing.periods import Period, period_at
from billing.tax.decision import TaxDecision


@dataclass(frozen=True, slots=True)
class ChangeQuote:
    """What a change costs and brings. No lines: nothing is invoiced.

    `kept` is what goes to the account's kept money, tax included; `credits_gained` may be negative: then so many are
    taken back. `anchor` and `period` are those of the subscription afterwards.
    """

    lines: tuple[LineDraft, ...]
    kept: Money
    credits_gained: int
    anchor: datetime
    period: Period


@dataclass(frozen=True, slots=True)
class Running:
    """What runs now: a plan with its discount, services per month, and the period that was paid for.

    `next_discount` is that of the next period, also of one that begins early. `tax` is what was charged on what is
    given back; a rate that changed since counts for what is charged now. `sold` is what was billed for the period, and
    what of that credit notes have left: unused time is given back in that share.
    """

    terms: PlanTerms
    discount: Discount
    next_discount: Discount
    additions: Sequence[Addition]
    anchor: datetime
    period: Period
    tax: TaxDecision
    is_trial: bool
    sold: Sold

    def value_of(self, price: Money, at: datetime) -> Money:
        """What a price for the period is still worth to give back."""
        paid = price
        if self.sold.left_minor < self.sold.billed_minor:
            paid = Money(divide_down(price.minor * self.sold.left_minor, self.sold.billed_minor, 1), price.currency)
        return value_given_back(paid, self.period, at, self.terms.step)


def quote_change(running: Running, wanted: PlanTerms, tax: TaxDecision, at: datetime) -> ChangeQuote:
    """The rest of the old plan given back, the rest of the new one charged, both half-up to the second.

    Where gateways take multiples of a step only, each is rounded to it, once, in the customer's favour.

    Another interval begins a new cycle: the whole new price is charged. In a trial nothing was paid and nothing is, and
    staying with the plan (a change that was planned is taken back) costs nothing either.
    """
    if running.is_trial or wanted.price_id == running.terms.price_id:
        nothing = Money(0, wanted.price.currency)
        return ChangeQuote((), nothing, 0, running.anchor, running.period)
    is_new_cycle = wanted.interval is not running.terms.interval
    anchor = at if is_new_cycle else running.anchor
    period = period_at(at, wanted.months, 0) if is_new_cycle else running.period
    gained = credits_left(wanted.credits, period, at) - credits_left(running.terms.credits, running.period, at)
    price = price_after(wanted, running.next_discount if is_new_cycle else running.discount)
    lines = [_given_back(running, at), _charged(wanted, price, period, at, gained)]
    if is_new_cycle:
        lines += _services_of_new_cycle(running, wanted, period, at)
    lines = [line for line in lines if line.unit.minor or line.credits]
    kept = kept_lines(lines, tax)
    return ChangeQuote((*lines, *kept), _gross(kept, wanted.price.currency), gained, anchor, period)


def _given_back(running: Running, at: datetime) -> LineDraft:
    step = running.terms.step
    value = running.value_of(price_after(running.terms, running.discount), at)
    text = f"Unused time on {running.terms.plan_name}"
    rest = Period(at, running.period.end)
    return LineDraft(text, 1, -value, kind=LineKind.CREDIT, period=rest, tax=running.tax, step=step)


def _charged(wanted: PlanTerms, price: Money, period: Period, at: datetime, gained: int) -> LineDraft:
    value = value_charged(price, period, at, wanted.step)
    text = f"{wanted.plan_name} plan, per {wanted.interval}"
    if period.start != at:
        text = f"Remaining time on {wanted.plan_name}"
    expire_at = None if wanted.credits_roll_over else period.end
    rest = Period(at, period.end)
    bought = max(gained, 0)
    return LineDraft(text, 1, value, credits=bought, credits_expire_at=expire_at, period=rest, step=wanted.step)


def _services_of_new_cycle(running: Running, wanted: PlanTerms, period: Period, at: datetime) -> list[LineDraft]:
    """Services go into the new cycle too: their rest is given back, their new period charged."""
    lines = []
    for addition in running.additions:
        if addition.terms.interval is Interval.ONCE:
            continue
        paid = addition.terms.price * (addition.quantity * running.terms.months)
        text = f"Unused time on {addition.terms.service_name}"
        rest = Period(at, running.period.end)
        step = addition.terms.step
        value = running.value_of(paid, at)
        lines.append(LineDraft(text, 1, -value, kind=LineKind.CREDIT, period=rest, tax=running.tax, step=step))
        lines.append(service_line(addition, wanted.months, period))
    return lines


def _gross(kept: Sequence[LineDraft], currency: str) -> Money:
    nothing = Money(0, currency)
    return sum((line.net + (line.fixed_tax or nothing) for line in kept), nothing)
