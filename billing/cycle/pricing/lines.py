"""Pure rules: the lines of an invoice for a whole period."""

from collections.abc import Iterable
from dataclasses import dataclass

from billing.catalog.tables import Interval
from billing.catalog.terms import Addition, PlanTerms
from billing.invoices.rules import LineDraft
from billing.invoices.tables import LineKind
from billing.money import PARTS_PER_MILLION, Money, divide_up, share_half_up
from billing.periods import Period


@dataclass(frozen=True, slots=True)
class Discount:
    """A coupon's terms: a share in parts per million, or an amount in minor units of the subscription's currency."""

    ppm: int = 0
    minor: int = 0

    def of(self, price: Money, step: int) -> Money:
        """What is taken off a plan's price: the share half-up, or the amount, but never more than the price.

        Where gateways take multiples of a step only, the share goes up to one.
        """
        if self.ppm and step > 1:
            return Money(divide_up(price.minor * self.ppm, PARTS_PER_MILLION, step), price.currency)
        if self.ppm:
            return share_half_up(price, self.ppm)
        return Money(min(self.minor, price.minor), price.currency)


NO_DISCOUNT = Discount()


def price_after(terms: PlanTerms, discount: Discount) -> Money:
    """A plan's price for a whole period less its discount."""
    return terms.price - discount.of(terms.price, terms.step)


def period_lines(
    terms: PlanTerms, additions: Iterable[Addition], discount: Discount, period: Period
) -> list[LineDraft]:
    """Plan, discount and services of one period. Services per month count once for each month of the period."""
    lines = [_plan_line(terms, period)]
    taken_off = discount.of(terms.price, terms.step)
    if taken_off.minor:
        text = f"Discount on {terms.plan_name}"
        lines.append(LineDraft(text, 1, -taken_off, kind=LineKind.DISCOUNT, period=period, step=terms.step))
    return lines + [service_line(addition, terms.months, period) for addition in additions]


def service_line(addition: Addition, months: int, period: Period) -> LineDraft:
    """One service: once, or for each month of the period."""
    service = addition.terms
    times = 1 if service.interval is Interval.ONCE else months
    return LineDraft(service.service_name, addition.quantity * times, service.price, period=period, step=service.step)


def _plan_line(terms: PlanTerms, period: Period) -> LineDraft:
    return LineDraft(
        f"{terms.plan_name} plan, per {terms.interval}",
        1,
        terms.price,
        credits=terms.credits,
        credits_expire_at=None if terms.credits_roll_over else period.end,
        period=period,
        step=terms.step,
    )
