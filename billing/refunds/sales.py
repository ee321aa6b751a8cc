"""Pure rules: what an invoice has sold, what of that is unused, and what an amount takes back of it.

A line that gives back belongs to the charge that it lowers: together they are one sale, and its credits cost what was
really paid for them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from billing.credit_notes.rules import Part, gross_of, spread, take_back
from billing.credits.rules import spread as spread_credits
from billing.invoices.tables import LineKind
from billing.money import divide_down, divide_up


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an invoice: its gross as it was billed, and what of it no credit note has taken back.

    Of the credits that it granted, `unused` are there still, and `used` were neither taken back by a credit note.
    """

    kind: LineKind
    billed_minor: int
    left: Part
    granted: int = 0
    unused: int = 0
    used: int = 0


@dataclass(frozen=True, slots=True)
class Sale:
    """A charge and what lowers it."""

    lines: Sequence[Line]

    @property
    def left(self) -> list[Part]:
        """What no credit note has taken back."""
        return [line.left for line in self.lines]

    @property
    def left_minor(self) -> int:
        """The same with tax, in minor units; never below zero."""
        return max(gross_of(self.left), 0)

    @property
    def billed_minor(self) -> int:
        """What was asked for it, with tax."""
        return sum(line.billed_minor for line in self.lines)

    @property
    def granted(self) -> int:
        """All credits that it granted when it was paid."""
        return sum(line.granted for line in self.lines)

    @property
    def used(self) -> int:
        """What of these somebody has used, or let expire."""
        return sum(line.used for line in self.lines)


def sales_of(lines: Sequence[Line]) -> list[Sale]:
    """Each charge with what lowers it, by the order of the lines of one invoice.

    A discount follows what it is on, and unused time comes before what takes its place. Where one gives back more than
    it belongs to, it lowers what else is charged: then the whole invoice is one sale.
    """
    sold: list[list[Line]] = []
    given_back: list[Line] = []
    for line in lines:
        if line.kind is LineKind.CREDIT:
            given_back.append(line)
        elif line.kind is LineKind.DISCOUNT and sold:
            sold[-1].append(line)
        else:
            sold.append([*given_back, line])
            given_back = []
    sales = [Sale(each) for each in ([*sold, given_back] if given_back else sold)]
    return [Sale(lines)] if any(sale.billed_minor < 0 for sale in sales) else sales


def unused_minor(sales: Sequence[Sale], step: int) -> int:
    """What is left of sales and nobody has used, with tax; no more than is left of their invoice.

    A multiple of `step` where something is used.
    """
    left = sum(gross_of(sale.left) for sale in sales)
    return min(sum(_unused_minor(sale, step) for sale in _by_use(sales)), left)


def take_unused(sales: Sequence[Sale], amount_minor: int, step: int) -> list[Part]:
    """How an amount is taken out of what is unused, see `take_back`: of each sale no more than is unused of it."""
    apart = _by_use(sales)
    shares = spread(amount_minor, [_unused_minor(sale, step) for sale in apart], step)
    return [
        part for sale, share in zip(apart, shares, strict=True) if share for part in take_back(sale.left, share, step)
    ]


def credits_of(sale: Sale, taken: Sequence[Part]) -> dict[UUID, int]:
    """How many credits go back with so much of a sale, by the line that granted them; also more than are unused.

    Counted from the start and rounded up: several credit notes take exactly what was granted, and none gives credits
    away.
    """
    granting = [line for line in sale.lines if line.granted]
    if not granting or sale.billed_minor <= 0:
        return {}
    gone_minor = sale.billed_minor - gross_of(sale.left)
    ours = {line.left.line_id for line in sale.lines}
    taken_minor = gross_of(part for part in taken if part.line_id in ours)
    wanted = _credits_at(sale, gone_minor + taken_minor) - _credits_at(sale, gone_minor)
    shares = spread_credits(wanted, [line.unused for line in granting])
    shares[0] += wanted - sum(shares)
    return {line.left.line_id: share for line, share in zip(granting, shares, strict=True)}


def _by_use(sales: Sequence[Sale]) -> list[Sale]:
    """What is unused altogether is one sale: so its tax is rounded once, as on the invoice."""
    unused = [line for sale in sales if not sale.used for line in sale.lines]
    used = [sale for sale in sales if sale.used]
    return [*used, Sale(unused)] if unused else used


def _unused_minor(sale: Sale, step: int) -> int:
    """What is left of it beyond the price of what was used, rounded down: used credits stay paid."""
    if not sale.used:
        return sale.left_minor
    worth = sale.left_minor * sale.granted - sale.billed_minor * sale.used
    return max(divide_down(worth, sale.granted, step), 0)


def _credits_at(sale: Sale, gone_minor: int) -> int:
    return divide_up(sale.granted * max(gone_minor, 0), sale.billed_minor, 1)
