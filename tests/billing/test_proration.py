"""Proration as pure arithmetic: what is left of a period, and what a change at any instant costs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from math import floor

from hypothesis import assume, given
from hypothesis import strategies as st

from billing.catalog.tables import Interval
from billing.catalog.terms import MONTHS, Addition, PlanTerms, ServiceTerms
from billing.credit_notes.sold import Sold
from billing.cycle.plan_change.quote import ChangeQuote, Running, quote_change
from billing.cycle.pricing.lines import NO_DISCOUNT, Discount, price_after
from billing.cycle.pricing.proration import credits_left, value_left
from billing.invoices.rules import LineDraft, Totals, add_up
from billing.invoices.tables import LineKind
from billing.money import Money
from billing.periods import SECOND, Period, period_at
from billing.tax.decision import NO_TAX, TaxDecision, TaxReason
from database.ids import uuid7
from tests.gateways.fuzzing import fuzzed

ANCHOR = datetime(2026, 1, 31, 10, tzinfo=UTC)

prices = st.one_of(st.integers(0, 400), st.integers(0, 10**8))
credit_counts = st.integers(0, 20_000)
rates = st.one_of(st.sampled_from([0, 81_000, 190_000, 255_000]), st.integers(0, 400_000))
intervals = st.sampled_from([Interval.MONTH, Interval.YEAR])
discounts = st.one_of(
    st.just(NO_DISCOUNT),
    st.integers(1, 1_000_000).map(lambda ppm: Discount(ppm=ppm)),
    st.integers(1, 30_000).map(lambda minor: Discount(minor=minor)),
)


def usd(minor: int) -> Money:
    return Money(minor, "USD")


@st.composite
def plans(draw: st.DrawFn, interval: Interval | None = None) -> PlanTerms:
    """Any plan at any price; its price id is its own."""
    chosen = interval or draw(intervals)
    return PlanTerms(
        uuid7(), "any", "Any", 1, chosen, usd(draw(prices)), draw(credit_counts), draw(st.booleans()),
        trial_days=0, sites_max=None, users_max=None,
    )  # fmt: skip


@st.composite
def additions(draw: st.DrawFn) -> Addition:
    """A service, once or per month."""
    interval = draw(st.sampled_from([Interval.ONCE, Interval.MONTH]))
    return Addition(ServiceTerms(uuid7(), "s", "Service", interval, usd(draw(prices))), draw(st.integers(1, 9)))


@st.composite
def instants(draw: st.DrawFn, period: Period) -> datetime:
    """Any second of a period, its first and its last ones more often than by chance."""
    last = period.seconds - 1
    return period.start + draw(st.one_of(st.sampled_from([0, 1, last]), st.integers(0, last))) * SECOND


@st.composite
def changes(
    draw: st.DrawFn, same_interval: bool = False, same_rate: bool = True
) -> tuple[Running, PlanTerms, TaxDecision, datetime]:
    """What runs, what is wanted, the tax of the day, and an instant of the present period."""
    terms = draw(plans())
    period = period_at(ANCHOR, terms.months, draw(st.integers(0, 14)))
    extra = draw(st.lists(additions(), max_size=2))
    tax = vat(draw(rates))
    paid = tax if same_rate else vat(draw(rates))
    running = Running(
        terms, draw(discounts), draw(discounts), extra, ANCHOR, period, paid, is_trial=False, sold=Sold(0, 0)
    )
    wanted = draw(plans(terms.interval if same_interval else None))
    return running, wanted, tax, draw(instants(period))


def vat(rate_ppm: int) -> TaxDecision:
    return TaxDecision("VAT", rate_ppm, TaxReason.RATE_OF_COUNTRY)


def totals(quote: ChangeQuote, tax: TaxDecision) -> Totals:
    return add_up(quote.lines, tax) if quote.lines else Totals(usd(0), usd(0))


def cost(quote: ChangeQuote, tax: TaxDecision) -> int:
    """What a change takes from the customer, less what it gives: money charged and money kept, tax included."""
    return totals(quote, tax).total.minor - quote.kept.minor


def after(running: Running, wanted: PlanTerms, quote: ChangeQuote) -> Running:
    """What runs after the change. A cycle that begins uses up the next discount."""
    is_new_cycle = quote.period != running.period
    discount = running.next_discount if is_new_cycle else running.discount
    return replace(running, terms=wanted, discount=discount, anchor=quote.anchor, period=quote.period)


@fuzzed
@given(prices, intervals, st.integers(0, 14), st.data())
def test_value_is_the_price_at_first_nothing_at_last_and_never_rises(
    price: int, interval: Interval, index: int, data: st.DataObject
) -> None:
    period = period_at(ANCHOR, MONTHS[interval], index)
    earlier, later = sorted([data.draw(instants(period)), data.draw(instants(period))])
    left = [value_left(usd(price), period, at).minor for at in (period.start, earlier, later, period.end)]
    assert left == sorted(left, reverse=True)
    assert (left[0], left[-1]) == (price, 0)
    seconds = (period.end - earlier).total_seconds(), (period.end - period.start).total_seconds()
    assert left[1] == floor(Fraction(price * int(seconds[0]), int(seconds[1])) + Fraction(1, 2)), "half-up, once"


@fuzzed
@given(credit_counts, intervals, st.data())
def test_credits_are_left_by_the_same_rule(credits: int, interval: Interval, data: st.DataObject) -> None:
    period = period_at(ANCHOR, MONTHS[interval], 0)
    earlier, later = sorted([data.draw(instants(period)), data.draw(instants(period))])
    assert credits_left(credits, period, period.start) == credits
    assert credits >= credits_left(credits, period, earlier) >= credits_left(credits, period, later) >= 0
    assert credits_left(credits, period, period.end) == 0


def by_rate(lines: Sequence[LineDraft], owed: Totals, tax: TaxDecision) -> dict[int, tuple[int, int]]:
    """Net and tax, in minor units, of each rate of a document."""
    sums: dict[int, tuple[int, int]] = {}
    for line, line_tax in zip(lines, owed.line_taxes, strict=True):
        rate_ppm = (line.tax or tax).rate_ppm
        net, taxed = sums.get(rate_ppm, (0, 0))
        sums[rate_ppm] = net + line.net.minor, taxed + line_tax.minor
    return sums


@fuzzed
@given(changes(same_rate=False))
def test_no_change_has_a_negative_total_and_what_is_kept_closes_it_exactly(
    change: tuple[Running, PlanTerms, TaxDecision, datetime],
) -> None:
    """Whatever the plans, discounts, services, instant, tax rates now and when it was paid: it charges or keeps."""
    running, wanted, tax, at = change
    quote = quote_change(running, wanted, tax, at)
    owed = totals(quote, tax)
    assert owed.total.minor >= 0
    assert quote.kept.minor >= 0
    assert owed.total.minor == 0 or quote.kept.minor == 0
    without = [line for line in quote.lines if line.kind is not LineKind.KEPT]
    assert cost(quote, tax) == add_up(without, tax).total.minor if without else True
    if quote.kept.minor:
        kept = [line for line in quote.lines if line.kind is LineKind.KEPT]
        assert sum(line.net.minor + line.fixed_tax.minor for line in kept if line.fixed_tax) == quote.kept.minor
        assert set(by_rate(quote.lines, owed, tax).values()) == {(0, 0)}, "an e-invoice is checked rate by rate"
    assert all(line.unit.minor or line.credits for line in without), "no line says nothing"
    assert all(line.credits == 0 or line.credits == quote.credits_gained for line in quote.lines)


@fuzzed
@given(changes())
def test_a_change_costs_the_new_rest_less_the_old_rest(
    change: tuple[Running, PlanTerms, TaxDecision, datetime],
) -> None:
    """Within a cycle the rest of the period, in a new cycle the whole of it; without tax and services to the unit."""
    running, wanted, _, at = change
    running = replace(running, additions=(), tax=NO_TAX)
    quote = quote_change(running, wanted, NO_TAX, at)
    old = value_left(price_after(running.terms, running.discount), running.period, at)
    if wanted.interval is running.terms.interval:
        new = value_left(price_after(wanted, running.discount), running.period, at)
        assert (quote.period, quote.anchor) == (running.period, running.anchor)
    else:
        new = price_after(wanted, running.next_discount)
        assert (quote.period, quote.anchor) == (period_at(at, wanted.months, 0), at)
    assert cost(quote, NO_TAX) == new.minor - old.minor
    gained = credits_left(wanted.credits, quote.period, at) - credits_left(running.terms.credits, running.period, at)
    assert quote.credits_gained == gained


@fuzzed
@given(changes(same_rate=False))
def test_what_is_given_back_carries_the_tax_that_was_paid_on_it(
    change: tuple[Running, PlanTerms, TaxDecision, datetime],
) -> None:
    """A rate that rose since makes nobody richer: old lines keep the old rate, new ones have the new one."""
    running, wanted, tax, at = change
    quote = quote_change(running, wanted, tax, at)
    nets: Counter[int] = Counter()
    taxes: Counter[int] = Counter()
    for line, line_tax in zip(quote.lines, totals(quote, tax).line_taxes, strict=True):
        if line.kind is not LineKind.KEPT:
            rate_ppm = (running.tax if line.kind is LineKind.CREDIT else tax).rate_ppm
            nets[rate_ppm] += line.net.minor
            taxes[rate_ppm] += line_tax.minor
    assert taxes == {rate_ppm: rounded_by_hand(net * rate_ppm) for rate_ppm, net in nets.items()}


@fuzzed
@given(changes(same_interval=True))
def test_a_dearer_plan_keeps_nothing_and_a_cheaper_one_charges_nothing(
    change: tuple[Running, PlanTerms, TaxDecision, datetime],
) -> None:
    running, wanted, tax, at = change
    quote = quote_change(running, wanted, tax, at)
    if wanted.price.minor >= running.terms.price.minor:
        assert quote.kept.minor == 0
    else:
        assert totals(quote, tax).total.minor == 0


@fuzzed
@given(changes(same_interval=True))
def test_there_and_back_at_one_instant_costs_nothing(change: tuple[Running, PlanTerms, TaxDecision, datetime]) -> None:
    """A -> B -> A: money and credits come out at zero, tax included, and the period is what it was."""
    running, wanted, tax, at = change
    there = quote_change(running, wanted, tax, at)
    back = quote_change(after(running, wanted, there), running.terms, tax, at)
    assert cost(there, tax) + cost(back, tax) == 0
    assert there.credits_gained + back.credits_gained == 0
    assert (back.period, back.anchor) == (running.period, running.anchor)


@fuzzed
@given(changes())
def test_by_way_of_another_interval_only_the_new_period_is_paid(
    change: tuple[Running, PlanTerms, TaxDecision, datetime],
) -> None:
    """A -> B -> A at one instant, B of another interval: a whole new period of A, less what was left of the old one.

    What is charged and given back for B in between cancels out; each of the two invoices rounds its own tax.
    """
    running, wanted, tax, at = change
    assume(wanted.interval is not running.terms.interval)
    running = replace(running, next_discount=running.discount, additions=())
    there = quote_change(running, wanted, tax, at)
    back = quote_change(after(running, wanted, there), running.terms, tax, at)
    price = price_after(running.terms, running.discount)
    rest = value_left(price, running.period, at)
    between = price_after(wanted, running.next_discount)
    invoiced = (between.minor - rest.minor, price.minor - between.minor)
    assert cost(there, tax) + cost(back, tax) == sum(net + rounded_by_hand(net * tax.rate_ppm) for net in invoiced)
    assert back.period == period_at(at, running.terms.months, 0)


@fuzzed
@given(changes())
def test_a_trial_and_the_same_plan_cost_nothing(change: tuple[Running, PlanTerms, TaxDecision, datetime]) -> None:
    """In a trial nothing was paid; and who takes a planned change back has no invoice over nothing."""
    running, wanted, tax, at = change
    trial = replace(running, is_trial=True)
    for quote in (quote_change(trial, wanted, tax, at), quote_change(running, running.terms, tax, at)):
        assert (quote.lines, quote.kept.minor, quote.credits_gained) == ((), 0, 0)
        assert (quote.period, quote.anchor) == (running.period, running.anchor)


def rounded_by_hand(parts: int) -> int:
    """Millionths to whole units, half away from zero."""
    half_up = floor(Fraction(abs(parts), 1_000_000) + Fraction(1, 2))
    return half_up if parts >= 0 else -half_up
