"""A gateway tells that so much was paid for a subscription at a time: the books know for which price."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from billing.catalog.tables import Interval
from billing.catalog.terms import PlanTerms
from billing.gateway_run.billed_price import choose_billed
from billing.money import Money
from billing.receipts.tables import Receipt
from database.ids import uuid7
from schemas.facts.invoices import GatewayInvoiceFact
from tests.billing.gateway_facts import FEBRUARY_14, FEBRUARY_28, JANUARY_31, SECOND, GatewayRun, invoice_of, line
from tests.billing.standing import publish
from tests.billing.subscribers import Books, utc

MARCH_31 = utc("2026-03-31 12:00")


@pytest.fixture
def twin_run(books: Books, account_id: UUID) -> GatewayRun:
    """A subscription to the starter plan; another plan asks for as much per month, and grants less."""
    publish(books, "twin", 9_900, 7)
    run = GatewayRun(books.database, account_id)
    run.hear(run.fact())
    return run


def sale(minor: int, at: datetime, begun: datetime = JANUARY_31) -> GatewayInvoiceFact:
    """What was paid at that time, for a period that began then."""
    untold = line(minor, "", period_start=begun, period_end=begun, is_price_told=False)
    return invoice_of(untold, ref=f"sale_{at:%m%d}", paid_at=at, finalized_at=at)


def what_was_granted(run: GatewayRun, fact: GatewayInvoiceFact) -> list[tuple[int, int, str]]:
    """Amount and credits of each line of the invoice that it becomes; the same however often it is told."""
    invoice_id = run.bill(fact, MARCH_31)
    assert run.bill(fact, MARCH_31) == invoice_id
    return run.lines(invoice_id)


def remarks(run: GatewayRun) -> list[str]:
    with run.database.transaction() as session:
        return [remark.value for remark in session.scalars(select(Receipt.remark))]


def test_what_was_paid_at_the_present_price_is_for_its_plan_though_another_asks_for_as_much(
    twin_run: GatewayRun,
) -> None:
    assert what_was_granted(twin_run, sale(9_900, JANUARY_31)) == [(9_900, 500, "charge")]
    assert twin_run.credits(FEBRUARY_28 - SECOND) == 500
    assert twin_run.credits(FEBRUARY_28) == 0, "they expire with the period, whose end the plan tells"


def test_what_was_paid_before_another_price_and_is_heard_of_after_it_is_for_the_plan_that_was_paid(
    twin_run: GatewayRun,
) -> None:
    twin_run.hear(twin_run.fact("growth"), now=FEBRUARY_14)
    assert what_was_granted(twin_run, sale(9_900, JANUARY_31)) == [(9_900, 500, "charge")]
    ((_, credits, _),) = what_was_granted(twin_run, sale(19_900, FEBRUARY_28, FEBRUARY_28))
    assert credits == 1_500


def test_a_year_is_for_twelve_months(twin_run: GatewayRun) -> None:
    name = twin_run.price("starter", Interval.YEAR)
    item = replace(twin_run.fact().items[0], price_ref=name, price_id=str(twin_run.price_id("starter", Interval.YEAR)))
    twin_run.hear(twin_run.fact(items=(item,)), now=FEBRUARY_14)
    yearly = twin_run.bill(sale(99_000, FEBRUARY_28, FEBRUARY_28), MARCH_31)
    assert twin_run.lines(yearly) == [(99_000, 6_000, "charge")]
    assert (twin_run.credits(utc("2027-02-28 11:59")), twin_run.credits(utc("2027-02-28 12:00"))) == (6_000, 0)


def test_where_both_prices_ask_for_as_much_the_time_tells_and_else_a_person_is_called(twin_run: GatewayRun) -> None:
    twin_run.hear(twin_run.fact("twin"), now=FEBRUARY_14)
    assert what_was_granted(twin_run, sale(9_900, FEBRUARY_28, FEBRUARY_28)) == [(9_900, 7, "charge")]
    assert twin_run.bill(sale(9_900, JANUARY_31), FEBRUARY_28) is None
    assert (twin_run.credits(FEBRUARY_28), twin_run.kept("USD"), sorted(remarks(twin_run))) == (
        7,
        9_900,
        ["", "other_amount"],
    )


def test_what_was_paid_before_both_prices_that_are_known_is_for_neither(twin_run: GatewayRun) -> None:
    """It went from the starter by another plan to the twin, which asks for as much as the first."""
    twin_run.hear(twin_run.fact("growth"), now=FEBRUARY_14)
    twin_run.hear(twin_run.fact("twin"), now=FEBRUARY_14 + timedelta(days=1))
    assert twin_run.bill(sale(9_900, JANUARY_31), MARCH_31) is None
    assert (twin_run.kept("USD"), remarks(twin_run)) == (9_900, ["other_amount"])
    assert what_was_granted(twin_run, sale(9_900, FEBRUARY_28, FEBRUARY_28)) == [(9_900, 7, "charge")]


@pytest.mark.parametrize("minor", [1, 4_411, 19_900])
def test_what_no_price_of_its_asks_for_is_kept_for_a_person(twin_run: GatewayRun, minor: int) -> None:
    for _ in range(2):
        assert twin_run.bill(sale(minor, JANUARY_31)) is None
    assert (twin_run.credits(JANUARY_31), twin_run.kept("USD"), remarks(twin_run)) == (0, minor, ["other_amount"])


def terms(minor: int, currency: str) -> PlanTerms:
    return PlanTerms(uuid7(), "plan", "Plan", 1, Interval.MONTH, Money(minor, currency), 1, False, 0, None, None)


@given(
    minors=st.tuples(*[st.integers(1, 3)] * 3),
    currencies=st.tuples(*[st.sampled_from(("USD", "JPY"))] * 3),
    is_after=st.booleans(),
    is_revised=st.booleans(),
)
def test_nobody_is_granted_what_another_amount_paid_for(
    minors: tuple[int, int, int], currencies: tuple[str, str, str], is_after: bool, is_revised: bool
) -> None:
    present, former = (terms(*each) for each in list(zip(minors, currencies, strict=True))[:2])
    paid, at = Money(minors[2], currencies[2]), FEBRUARY_28 if is_after else JANUARY_31
    priced_at = FEBRUARY_14 if is_revised else None
    chosen = choose_billed(paid, at, present, former if is_revised else None, priced_at, None)
    may_be = [each for each in ((present, former) if is_revised else (present,)) if each.price == paid]
    if len(may_be) > 1 and is_after:
        assert chosen is present
    else:
        assert chosen is (may_be[0] if len(may_be) == 1 else None)
