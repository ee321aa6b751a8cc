"""Whatever is bought, given back, refused and sent back, in whatever order: books and gateway say the same."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.ledger.queries import balances
from billing.ledger.tables import LedgerAccount
from billing.refunds.tables import UsedCredits
from billing.tax.set_rate import NewRate, set_rate
from database.engine import Database
from tests.billing.givers import Customer
from tests.billing.subscribers import Books

FUZZED = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
PACKAGES = {"starter": (999, 500), "value": (2_999, 2_000)}
PLACE, SHARE = st.integers(0, 3), st.floats(0.01, 1)
BUYS = st.tuples(st.just("buy"), st.sampled_from(sorted(PACKAGES)), st.sampled_from([0, 0, 1, 500]))
ASKS = st.tuples(st.just("ask"), PLACE, st.one_of(st.none(), SHARE))
ANSWERS = st.tuples(st.just("answer"), st.sampled_from([False, False, True]))
USES = st.tuples(st.just("use"), SHARE)
CREDITS = st.tuples(st.just("credit"), PLACE, SHARE)
OF_OTHERS = st.tuples(st.just("give_back_there"), PLACE, SHARE)
SENT_BACK = st.tuples(st.just("send_back"), PLACE)
ANYTHING = st.lists(st.one_of(BUYS, ASKS, ANSWERS, USES, CREDITS, OF_OTHERS, SENT_BACK), min_size=3, max_size=14)
HONEST = st.lists(st.one_of(BUYS, ASKS, USES, CREDITS), min_size=3, max_size=14)


@pytest.fixture
def taxed(books: Books) -> Database:
    """The customers' country has a tax."""
    with books.database.transaction() as session:
        set_rate(session, NewRate("GB", "VAT", 200_000, date(2026, 1, 1)), None)
    return books.database


def _live(customer: Customer, steps: list[tuple[object, ...]]) -> None:
    for name, *arguments in steps:
        getattr(customer, str(name))(*arguments)


@FUZZED
@given(steps=ANYTHING, used=st.sampled_from(UsedCredits))
def test_books_and_gateway_say_the_same(
    taxed: Database, books: Books, steps: list[tuple[object, ...]], used: UsedCredits
) -> None:
    before = _cleared(taxed)
    customer = Customer(taxed, used)
    _live(customer, steps)
    customer.settle()
    assert _cleared(taxed) - before == sum(paid.left_minor for paid in customer.payments)
    assert all(paid.left_minor >= 0 for paid in customer.payments), "never more than came"
    assert books.disorder() == []


@FUZZED
@given(steps=HONEST)
def test_nobody_gets_used_credits_for_nothing(taxed: Database, steps: list[tuple[object, ...]]) -> None:
    """Where used credits are not refunded, whoever has all unused ones refunded has paid for the used ones."""
    customer = Customer(taxed, UsedCredits.REDUCE)
    _live(customer, steps)
    for place in range(len(customer.payments)):
        customer.ask(place, None)
    customer.settle()
    paid = sum(each.left_minor for each in customer.payments) - customer.kept_minor()
    dearest, cheapest = (pick(price * 1.2 / credits for price, credits in PACKAGES.values()) for pick in (max, min))
    assert paid >= int(customer.used * cheapest) - len(steps)
    assert paid <= int((customer.used + customer.balance()) * dearest) + 2 * len(steps)


@FUZZED
@given(steps=HONEST)
def test_whoever_owes_used_credits_has_paid_for_all_others(taxed: Database, steps: list[tuple[object, ...]]) -> None:
    """Where used credits are owed, those that were used and those that are left cost together what was paid."""
    customer = Customer(taxed, UsedCredits.DEBT)
    customer.may_owe(1_000_000)
    _live(customer, steps)
    for place in range(len(customer.payments)):
        customer.ask(place, None)
    customer.settle()
    paid = sum(each.left_minor for each in customer.payments) - customer.kept_minor()
    got = customer.used + customer.balance()
    dearest, cheapest = (pick(price * 1.2 / credits for price, credits in PACKAGES.values()) for pick in (max, min))
    assert int(got * cheapest) - len(steps) <= paid <= int(got * dearest) + 2 * len(steps)


def _cleared(database: Database) -> int:
    with database.transaction() as session:
        return balances(session).get((LedgerAccount.GATEWAY_CLEARING, "stripe", "USD"), 0)
