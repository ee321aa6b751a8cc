"""Pure rules about invoices."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from billing.catalog.rules import price_of
from billing.catalog.tables import CreditPackage
from billing.invoices.tables import LineKind
from billing.money import Money
from billing.periods import Period
from billing.tax.decision import TaxDecision
from billing.tax.rules import tax_of_lines

NUMBER = re.compile(r"INV-(\d{4})-(\d{2})-(\d{5,})")
MONTHS_PER_YEAR = 12


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One line before it is written. Amounts without tax, negative when something is given back.

    The amount is a multiple of `step` minor units, what gateways take of its currency, and so is its tax.
    `tax` is set on a line that gives back what was taxed at another rate than the invoice's. `fixed_tax` is set on one
    whose tax follows from the lines above it and not from its own amount.
    """

    description: str
    quantity: int
    unit: Money
    credits: int = 0
    credits_expire_at: datetime | None = None
    kind: LineKind = LineKind.CHARGE
    period: Period | None = None
    fixed_tax: Money | None = None
    tax: TaxDecision | None = None
    step: int = 1

    @property
    def net(self) -> Money:
        """Quantity times unit price."""
        return self.unit * self.quantity


def package_line(package: CreditPackage, step: int) -> LineDraft:
    """A credit package at its present price, whoever buys it; `step` is what gateways take of its currency."""
    text = f"{package.name} package: {package.credits:,} credits"
    return LineDraft(text, 1, price_of(package), package.credits, step=step)


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of an invoice, and the tax of each of its lines in their order."""

    subtotal: Money
    tax: Money
    line_taxes: tuple[Money, ...] = ()

    @property
    def total(self) -> Money:
        """What the customer pays."""
        return self.subtotal + self.tax


def add_up(lines: Sequence[LineDraft], tax: TaxDecision) -> Totals:
    """Totals over at least one line, all of one currency; `tax` is that of every line that has none of its own."""
    nothing = Money(0, lines[0].unit.currency)
    shares = iter(tax_of_lines(*_taxed_together(lines, tax), step=max(line.step for line in lines)))
    taxes = tuple(next(shares) if line.fixed_tax is None else line.fixed_tax for line in lines)
    return Totals(sum((line.net for line in lines), nothing), sum(taxes, nothing), taxes)


def _taxed_together(lines: Sequence[LineDraft], tax: TaxDecision) -> tuple[list[Money], list[TaxDecision]]:
    free = [line for line in lines if line.fixed_tax is None]
    return [line.net for line in free], [line.tax or tax for line in free]


def kept_lines(lines: Sequence[LineDraft], tax: TaxDecision) -> list[LineDraft]:
    """The lines that bring a negative total to zero, and with it the net and the tax of each of its rates.

    Nearly always that is one line. One for two rates would have the tax of both at one of them.
    """
    if not lines or add_up(lines, tax).total.minor >= 0:
        return []
    nothing = Money(0, lines[0].unit.currency)
    of_rate: dict[tuple[str, int], list[LineDraft]] = {}
    for line in lines:
        of_rate.setdefault((line.tax or tax).key, []).append(line)
    kept = [_kept_of(together, tax) for together in of_rate.values()]
    return [line for line in kept if line.unit.minor or line.fixed_tax != nothing]


def _kept_of(lines: Sequence[LineDraft], tax: TaxDecision) -> LineDraft:
    totals, decided = add_up(lines, tax), lines[0].tax or tax
    text = "Kept on your account"
    return LineDraft(text, 1, -totals.subtotal, kind=LineKind.KEPT, fixed_tax=-totals.tax, tax=decided)


def number_in(month: date, counter: int) -> str:
    """`INV-YYYY-MM-XXXXX`; a month of more than 99,999 invoices simply grows a digit."""
    return f"INV-{month:%Y-%m}-{counter:05d}"


def month_and_counter(number: str) -> tuple[date, int] | None:
    """The same, read again; None for what is no such number."""
    found = NUMBER.fullmatch(number)
    if found is None:
        return None
    year, month, counter = map(int, found.groups())
    return (date(year, month, 1), counter) if 1 <= month <= MONTHS_PER_YEAR else None


def expiry_when_paid(period_start: datetime | None, expires_at: datetime | None, paid_at: datetime) -> datetime | None:
    """When the credits of a line expire that was paid for at `paid_at`.

    What was sold for so many days lasts as long from the payment on if it would be gone by then: after a late payment,
    or a period that is billed after its end, nobody has paid for credits that were never to be had.
    """
    if expires_at is None or period_start is None or expires_at > paid_at:
        return expires_at
    return paid_at + (expires_at - period_start)
