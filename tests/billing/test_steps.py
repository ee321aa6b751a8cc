"""Amounts in steps: of a currency with three decimals the last is always 0, and roundings favour the customer."""

from datetime import UTC, date, datetime
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from billing.catalog.issue_coupon import CouponTerms, issue_coupon
from billing.catalog.publish_plan import PlanContent, publish_plan
from billing.catalog.tables import Interval
from billing.catalog.terms import Addition, PlanTerms, ServiceTerms
from billing.credit_notes.sold import Sold
from billing.cycle.plan_change.quote import Running, quote_change
from billing.cycle.pricing.lines import Discount, period_lines, price_after
from billing.invoices.rules import add_up
from billing.invoices.tables import InvoiceStatus, LineKind
from billing.money import Money, divide_down, divide_up
from billing.periods import SECOND, Period, period_at
from billing.tax.decision import TaxDecision, TaxReason
from billing.tax.tables import TaxRate
from database.ids import uuid7
from tests.billing.subscribers import Books, utc

STEP = 10  # fils
ANCHOR = datetime(2026, 1, 31, 10, tzinfo=UTC)
BEGIN, THIRD, END = utc("2026-04-01 10:00"), utc("2026-04-11 10:00"), utc("2026-05-01 10:00")

prices = st.integers(0, 10**6).map(lambda steps: Money(steps * STEP, "KWD"))
rates = st.integers(0, 400_000).map(lambda ppm: TaxDecision("VAT", ppm, TaxReason.RATE_OF_COUNTRY, "test"))
discounts = st.integers(0, 1_000_000).map(lambda ppm: Discount(ppm=ppm))
additions = st.builds(
    Addition,
    prices.map(lambda price: ServiceTerms(uuid7(), "s", "Service", Interval.MONTH, price, STEP)),
    st.integers(1, 9),
)


@st.composite
def plans(draw: st.DrawFn) -> PlanTerms:
    interval = draw(st.sampled_from([Interval.MONTH, Interval.YEAR]))
    return PlanTerms(uuid7(), "any", "Any", 1, interval, draw(prices), 0, False, 0, None, None, STEP)


@given(st.integers(0, 10**9), st.integers(1, 10**6), st.sampled_from([1, 10, 100]))
def test_down_and_up_are_the_nearest_steps(dividend: int, divisor: int, step: int) -> None:
    down, up, exact = (
        divide_down(dividend, divisor, step),
        divide_up(dividend, divisor, step),
        Fraction(dividend, divisor),
    )
    assert down % step == up % step == 0
    assert down <= exact <= up
    assert up - down in (0, step)


@given(st.data())
def test_all_that_a_change_costs_is_in_steps_and_rounded_for_the_customer(data: st.DataObject) -> None:
    terms, wanted = data.draw(plans()), data.draw(plans())
    period = period_at(ANCHOR, terms.months, 0)
    at = period.start + data.draw(st.integers(0, period.seconds - 1)) * SECOND
    discount, extra = data.draw(discounts), data.draw(st.lists(additions, max_size=2))
    running = Running(
        terms, discount, discount, extra, ANCHOR, period, data.draw(rates), is_trial=False, sold=Sold(0, 0)
    )
    tax = data.draw(rates)
    quote = quote_change(running, wanted, tax, at)
    if not quote.lines:
        return
    totals = add_up(quote.lines, tax)
    assert all(line.net.minor % STEP == 0 for line in quote.lines)
    assert all(of_line.minor % STEP == 0 for of_line in totals.line_taxes)
    assert (totals.total.minor % STEP, quote.kept.minor % STEP) == (0, 0)

    for line in quote.lines:
        if line.description == "Unused time on Any":
            exact = _left(price_after(terms, discount), period, at)
            assert exact <= -line.net.minor < exact + STEP, "what is given back is no less than it is worth"
        if line.description == "Remaining time on Any":
            exact = _left(price_after(wanted, discount), quote.period, at)
            assert exact - STEP < line.net.minor <= exact, "what is charged is no more than it is worth"


@given(plans(), discounts, st.lists(additions, max_size=2), rates)
def test_a_whole_period_is_in_steps_and_no_dearer_than_its_discount(
    terms: PlanTerms, discount: Discount, extra: list[Addition], tax: TaxDecision
) -> None:
    lines = period_lines(terms, extra, discount, period_at(ANCHOR, terms.months, 0))
    totals = add_up(lines, tax)
    assert all(each.minor % STEP == 0 for each in (totals.subtotal, totals.tax, totals.total, *totals.line_taxes))
    exact = Fraction(totals.subtotal.minor * tax.rate_ppm, 1_000_000)
    assert abs(totals.tax.minor - exact) <= Fraction(STEP, 2), "the tax is rounded once"
    taken_off = -sum(line.net.minor for line in lines if line.kind is LineKind.DISCOUNT)
    assert taken_off >= Fraction(terms.price.minor * discount.ppm, 1_000_000)


def test_a_start_an_upgrade_and_a_renewal_in_dinars_are_charged_in_tens_of_fils(books: Books) -> None:
    """A third off 9.990 KWD is 3.330, 16 % of the rest 1.0656: 1.070. Two thirds of April are left for the upgrade."""
    with books.database.transaction() as session:
        for slug, minor in (("basic", 9_990), ("pro", 19_990)):
            publish_plan(session, slug, slug.title(), PlanContent(0, {("KWD", Interval.MONTH): minor}))
        issue_coupon(session, "THIRD", CouponTerms(percent_ppm=333_333))
        session.add(TaxRate(id=uuid7(), country="KW", name="VAT", rate_ppm=160_000, valid_from=date(2026, 1, 1)))
    kim = books.open("Kim", country="KW")
    books.give_card(kim, BEGIN)
    subscription_id = books.subscribe(kim, BEGIN, "basic", currency="KWD", coupon="THIRD")
    books.answer(BEGIN)
    books.change(subscription_id, "pro", THIRD, currency="KWD")
    books.answer(THIRD)
    books.come_due(END)
    books.answer(END)
    bills = [(invoice.subtotal_minor, invoice.tax_minor) for invoice in books.invoices(kim)]
    # the upgrade: two thirds of 13.320, which is Pro a third off, less two thirds of 6.660
    assert bills == [(6_660, 1_070), (4_440, 710), (19_990, 3_200)]
    assert {invoice.status for invoice in books.invoices(kim)} == {InvoiceStatus.PAID}
    assert books.kept_minor(kim, "KWD") == 0


def _left(price: Money, period: Period, at: datetime) -> Fraction:
    return Fraction(price.minor * period.seconds_left(at), period.seconds)
