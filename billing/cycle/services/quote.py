"""Pure rules of a service that begins or ends within a period: what is charged for the rest of it, or given back."""

from dataclasses import dataclass
from datetime import datetime

from billing.catalog.tables import Interval
from billing.catalog.terms import Addition
from billing.cycle.plan_change.quote import Running
from billing.cycle.pricing.lines import service_line
from billing.cycle.pricing.proration import value_charged
from billing.invoices.rules import LineDraft, kept_lines
from billing.invoices.tables import LineKind
from billing.money import Money
from billing.periods import Period
from billing.tax.decision import TaxDecision


@dataclass(frozen=True, slots=True)
class ServiceQuote:
    """What it costs, and what of a price that was paid goes to the account's kept money, tax included.

    No lines: nothing is invoiced.
    """

    lines: tuple[LineDraft, ...]
    kept: Money


def is_once(addition: Addition) -> bool:
    """Whether a service is sold once, and not with every period."""
    return addition.terms.interval is Interval.ONCE


def quote_added(running: Running, addition: Addition, at: datetime) -> ServiceQuote:
    """The rest of the period, to the second; what is sold once in full. In a trial services per month cost nothing.

    When the period is over already, the coming renewal bills the whole of the next.
    """
    rest = Period(at, running.period.end)
    nothing = Money(0, addition.terms.price.currency)
    if is_once(addition):
        line = service_line(addition, 1, rest)
        return ServiceQuote((line,) if line.net.minor else (), nothing)
    if running.is_trial or at >= running.period.end:
        return ServiceQuote((), nothing)
    value = value_charged(_price(running, addition), running.period, at, addition.terms.step)
    line = LineDraft(f"Remaining time on {_named(addition)}", 1, value, period=rest, step=addition.terms.step)
    return ServiceQuote((line,) if value.minor else (), nothing)


def quote_removed(running: Running, addition: Addition, tax: TaxDecision, at: datetime) -> ServiceQuote:
    """Unused time is given back, at the tax that was charged, in the share that credit notes have left of it."""
    nothing = Money(0, addition.terms.price.currency)
    if running.is_trial or at >= running.period.end:
        return ServiceQuote((), nothing)
    value = running.value_of(_price(running, addition), at)
    if not value.minor:
        return ServiceQuote((), nothing)
    text, rest = f"Unused time on {_named(addition)}", Period(at, running.period.end)
    step = addition.terms.step
    lines = [LineDraft(text, 1, -value, kind=LineKind.CREDIT, period=rest, tax=running.tax, step=step)]
    kept = kept_lines(lines, tax)
    return ServiceQuote((*lines, *kept), sum((line.net + (line.fixed_tax or nothing) for line in kept), nothing))


def _price(running: Running, addition: Addition) -> Money:
    """Of a whole period: services are priced by the month."""
    return addition.terms.price * (addition.quantity * running.terms.months)


def _named(addition: Addition) -> str:
    times = f" × {addition.quantity}" if addition.quantity > 1 else ""
    return f"{addition.terms.service_name}{times}"
