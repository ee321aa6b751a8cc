"""Pure rules about invoices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from billing.errors import Rejected
from billing.invoices.tables import TRANSITIONS, InvoiceStatus, LineKind
from billing.money import Money, share_half_up
from billing.periods import Period


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One line before it is written. Amounts without tax, negative when something is given back.

    `fixed_tax` is set on a line whose tax follows from the lines above it and not from its own amount. `rate` (name,
    parts per million) is set on one that gives back what was taxed at another rate than the invoice's.
    """

    description: str
    quantity: int
    unit: Money
    credits: int = 0
    credits_expire_at: datetime | None = None
    kind: LineKind = LineKind.CHARGE
    period: Period | None = None
    fixed_tax: Money | None = None
    rate: tuple[str, int] | None = None

    @property
    def net(self) -> Money:
        """Quantity times unit price."""
        return self.unit * self.quantity

    def tax(self, rate_ppm: int) -> Money:
        """The line's tax, rounded half-up per line."""
        if self.fixed_tax is not None:
            return self.fixed_tax
        return share_half_up(self.net, self.rate[1] if self.rate else rate_ppm)


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of an invoice."""

    subtotal: Money
    tax: Money

    @property
    def total(self) -> Money:
        """What the customer pays."""
        return self.subtotal + self.tax


def add_up(lines: Sequence[LineDraft], rate_ppm: int) -> Totals:
    """Totals over at least one line, all of one currency."""
    subtotal = tax = Money(0, lines[0].unit.currency)
    for line in lines:
        subtotal, tax = subtotal + line.net, tax + line.tax(rate_ppm)
    return Totals(subtotal, tax)


def number_in(month: date, counter: int) -> str:
    """`INV-YYYY-MM-XXXXX`; a month of more than 99,999 invoices simply grows a digit."""
    return f"INV-{month:%Y-%m}-{counter:05d}"


def check_transition(before: InvoiceStatus, after: InvoiceStatus) -> None:
    """Raises Rejected `invoice_state` for a step that the state machine does not have."""
    if after not in TRANSITIONS[before]:
        raise Rejected("invoice_state", f"An invoice cannot go from {before} to {after}.", status=409)


def expiry_when_paid(period_start: datetime | None, expires_at: datetime | None, paid_at: datetime) -> datetime | None:
    """When the credits of a line expire that was paid for at `paid_at`.

    What was sold for so many days lasts as long from the payment on if it would be gone by then: after a late payment,
    or a period that is billed after its end, nobody has paid for credits that were never to be had.
    """
    if expires_at is None or period_start is None or expires_at > paid_at:
        return expires_at
    return paid_at + (expires_at - period_start)
