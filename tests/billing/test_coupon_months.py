"""Coupons that last, when the interval changes: the months that are left count, whatever the periods are."""

from uuid import UUID

import pytest

from billing.catalog.issue_coupon import CouponTerms, issue_coupon
from billing.cycle.plan_change.preview import preview_change
from billing.cycle.pricing.discounts import convert_periods
from billing.money import Money
from schemas.commands.subscriptions import ChangePlan
from tests.billing.subscribers import Books, utc

BEGIN = utc("2026-01-31 10:00")
TEN_DAYS = utc("2026-02-10 10:00")


@pytest.fixture
def coupon_books(books: Books) -> Books:
    """Books with coupons of half the price for 3, 2 and 1 periods and for ever, and of 10.00 USD for 3."""
    with books.database.transaction() as session:
        for code, periods in (("THREE", 3), ("TWO", 2), ("ONCE", 1), ("EVER", 0)):
            issue_coupon(session, code, CouponTerms(percent_ppm=500_000, periods=periods))
        issue_coupon(session, "TENNER", CouponTerms(amount=Money(1_000, "USD"), periods=3))
    return books


@pytest.mark.parametrize(
    ("periods", "before", "after", "left"),
    [(3, 1, 12, 1), (12, 1, 12, 1), (13, 1, 12, 2), (2, 12, 1, 24), (1, 12, 1, 12), (0, 1, 12, 0), (5, 1, 1, 5)],
)
def test_months_stay_and_a_period_that_is_begun_counts_whole(periods: int, before: int, after: int, left: int) -> None:
    assert convert_periods(periods, before, after) == left


def test_two_months_that_are_left_are_one_year_when_it_begins_with_the_next_period(
    coupon_books: Books, ada: UUID
) -> None:
    """Half off 99.00 for 3 months; by the year from month 2 on: 495.00 once, and not in 2027 as well."""
    subscription_id = coupon_books.subscribe(ada, BEGIN, coupon="THREE")
    coupon_books.answer(BEGIN)
    coupon_books.change(subscription_id, "starter", TEN_DAYS, interval="year", when="period_end")
    assert coupon_books.subscription(subscription_id).discount_periods == 2, "nothing is converted before it is so"
    assert _renewals(coupon_books, ada, subscription_id, 3) == [
        ("2026-02-28", 49_500),
        ("2027-02-28", 99_000),
        ("2028-02-28", 99_000),
    ]


def test_two_months_that_are_left_are_one_year_when_it_begins_now(coupon_books: Books, ada: UUID) -> None:
    """18 of 28 days at half of 99.00 are given back (31.82), half of 990.00 is charged; from 2027 on all of it."""
    subscription_id = coupon_books.subscribe(ada, BEGIN, coupon="THREE")
    coupon_books.answer(BEGIN)
    with coupon_books.database.transaction() as session:
        wanted = {"subscription_id": subscription_id, "plan": {"plan": "starter", "interval": "year"}}
        preview = preview_change(session, ChangePlan.model_validate(wanted), TEN_DAYS)
    assert preview.due_minor == 49_500 - 3_182

    coupon_books.change(subscription_id, "starter", TEN_DAYS, interval="year")
    coupon_books.answer(TEN_DAYS)
    assert [invoice.total_minor for invoice in coupon_books.invoices(ada)] == [4_950, 49_500 - 3_182]
    assert _renewals(coupon_books, ada, subscription_id, 2) == [("2027-02-10", 99_000), ("2028-02-10", 99_000)]


def test_a_year_that_is_left_is_twelve_months(coupon_books: Books, ada: UUID) -> None:
    """Half off 990.00 for two years; by the month from the second on: 49.50 twelve times, then 99.00."""
    subscription_id = coupon_books.subscribe(ada, BEGIN, interval="year", coupon="TWO")
    coupon_books.answer(BEGIN)
    coupon_books.change(subscription_id, "starter", TEN_DAYS)
    paid = _renewals(coupon_books, ada, subscription_id, 14)
    assert (paid[0][0], paid[11][0], paid[12][0]) == ("2027-01-31", "2027-12-31", "2028-01-31")
    assert [minor for _, minor in paid] == [4_950] * 12 + [9_900] * 2


def test_an_amount_off_is_taken_from_as_many_invoices_as_begin_in_its_months(coupon_books: Books, ada: UUID) -> None:
    """10.00 off for 3 months: off one invoice of a year, as Stripe has it."""
    subscription_id = coupon_books.subscribe(ada, BEGIN, coupon="TENNER")
    coupon_books.answer(BEGIN)
    coupon_books.change(subscription_id, "starter", TEN_DAYS, interval="year", when="period_end")
    assert [minor for _, minor in _renewals(coupon_books, ada, subscription_id, 2)] == [98_000, 99_000]


def test_in_a_trial_three_months_are_one_year_and_three_months_again(coupon_books: Books, ada: UUID) -> None:
    """Where nothing is paid, going to and fro must not make twelve months of them; also when it is only planned."""
    subscription_id = coupon_books.subscribe(ada, BEGIN, coupon="THREE", trial_days=14)
    for _ in range(3):
        coupon_books.change(subscription_id, "starter", TEN_DAYS, interval="year")
        assert coupon_books.subscription(subscription_id).discount_periods == 1
        coupon_books.change(subscription_id, "starter", TEN_DAYS, when="now")
        assert coupon_books.subscription(subscription_id).discount_periods == 3
    coupon_books.change(subscription_id, "starter", TEN_DAYS, interval="year")
    coupon_books.change(subscription_id, "starter", TEN_DAYS, when="period_end")
    assert [minor for _, minor in _renewals(coupon_books, ada, subscription_id, 5)] == [4_950] * 3 + [9_900] * 2


def test_a_trial_by_the_year_that_goes_on_by_the_month(coupon_books: Books, ada: UUID) -> None:
    """Two years are 24 months, and two years again."""
    subscription_id = coupon_books.subscribe(ada, BEGIN, interval="year", coupon="TWO", trial_days=14)
    coupon_books.change(subscription_id, "starter", TEN_DAYS, when="now")
    assert coupon_books.subscription(subscription_id).discount_periods == 24
    coupon_books.change(subscription_id, "starter", TEN_DAYS, interval="year")
    assert [minor for _, minor in _renewals(coupon_books, ada, subscription_id, 3)] == [49_500, 49_500, 99_000]


@pytest.mark.parametrize(("coupon", "paid"), [("ONCE", [4_950, 9_900, 9_900]), ("EVER", [4_950, 4_950, 4_950])])
def test_one_use_stays_one_use_and_for_ever_stays_for_ever(
    coupon_books: Books, ada: UUID, coupon: str, paid: list[int]
) -> None:
    subscription_id = coupon_books.subscribe(ada, BEGIN, interval="year", coupon=coupon, trial_days=14)
    coupon_books.change(subscription_id, "starter", TEN_DAYS, when="period_end")
    assert [minor for _, minor in _renewals(coupon_books, ada, subscription_id, 3)] == paid


def _renewals(books: Books, account_id: UUID, subscription_id: UUID, count: int) -> list[tuple[str, int]]:
    """So many periods begin and are paid, each on its second: their days and totals in US cents."""
    for _ in range(count):
        now = books.subscription(subscription_id).period_end
        books.come_due(now)
        books.answer(now)
    return [(f"{invoice.issued_at:%Y-%m-%d}", invoice.total_minor) for invoice in books.invoices(account_id)[-count:]]
