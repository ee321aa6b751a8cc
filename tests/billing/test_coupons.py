"""Coupons: who may redeem one, the last of them for one only, and what is paid with them, to the cent."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from uuid import UUID

import pytest
from sqlalchemy import select, text

from billing.catalog.issue_coupon import CouponTerms, issue_coupon
from billing.catalog.tables import Coupon
from billing.cycle.start.create import create_subscription
from billing.errors import Rejected
from billing.invoices.queries import list_lines
from billing.invoices.tables import InvoiceStatus
from billing.money import Money
from billing.subscriptions.tables import SubscriptionStatus
from billing.tax.tables import TaxRate
from database.ids import uuid7
from schemas.commands.subscriptions import CreateSubscription
from tests.billing.subscribers import Books, utc
from tests.billing.waiting import await_waiting

BEGIN = utc("2026-01-31 10:00")
PERIODS = [BEGIN, utc("2026-02-28 10:00"), utc("2026-03-31 10:00"), utc("2026-04-30 10:00")]
EIGHTH = 125_000  # 12.38 of 99.00, half a cent rounded up
TENNER, MORE_THAN_ALL = Money(1_000, "USD"), Money(15_000, "USD")
EVER = 0


def test_a_coupon_is_redeemed_until_it_expires_and_counts_on_after_that(books: Books, ada: UUID) -> None:
    """It expires on the 31st of January at ten: a second before, Ada gets 12.5 % off for ever. At ten Bob does not."""
    _issue(books, "JANUARY", CouponTerms(percent_ppm=EIGHTH, periods=EVER, expires_at=BEGIN))
    subscription_id = books.subscribe(ada, utc("2026-01-31 09:59:59"), coupon="JANUARY")
    books.answer(utc("2026-01-31 09:59:59"))
    assert _refused(books, BEGIN, "JANUARY") == ("coupon_expired", 409)
    assert _redemptions(books) == 1

    books.catch_up(utc("2026-03-31 09:59:59"))
    books.answer(utc("2026-03-31 09:59:59"))
    assert [invoice.total_minor for invoice in books.invoices(ada)] == [8_662, 8_662, 8_662]
    assert books.subscription(subscription_id).status is SubscriptionStatus.ACTIVE


def test_a_coupon_for_two_is_used_up_by_two(books: Books) -> None:
    _issue(books, "FRIENDS", CouponTerms(amount=TENNER, redemptions_max=2))
    for _ in range(2):
        account_id = _customer(books)
        books.subscribe(account_id, BEGIN, coupon="FRIENDS")
        assert [invoice.total_minor for invoice in books.invoices(account_id)] == [8_900]
    books.answer(BEGIN)
    assert _refused(books, BEGIN, "FRIENDS") == ("coupon_used_up", 409)
    assert _redemptions(books) == 2


def test_a_coupon_that_nobody_issued_or_that_was_withdrawn_is_not_found(books: Books) -> None:
    _issue(books, "SPRING", CouponTerms(percent_ppm=EIGHTH))
    assert _refused(books, BEGIN, "SUMMER") == ("coupon_not_found", 404)
    assert _refused(books, BEGIN, "spring") == ("coupon_not_found", 404), "a code is written as it is issued"
    with books.database.transaction() as session:
        session.execute(text("UPDATE coupons SET active = false"))
    assert _refused(books, BEGIN, "SPRING") == ("coupon_not_found", 404)


def test_a_creation_that_is_refused_for_something_else_redeems_nothing(books: Books, ada: UUID) -> None:
    _issue(books, "SPRING", CouponTerms(percent_ppm=EIGHTH, redemptions_max=1))
    for account_id, code, fields in (
        (books.open("Eve"), "no_card", {}),
        (ada, "plan_not_found", {"plan": "sold-no-more"}),
        (ada, "policy_not_found", {"dunning_policy": "unheard-of"}),
    ):
        with pytest.raises(Rejected, match=code):
            books.subscribe(account_id, BEGIN, coupon="SPRING", **fields)
    assert _redemptions(books) == 0


def test_a_creation_that_is_repeated_redeems_once(books: Books, ada: UUID) -> None:
    """The second redemption would be one too many."""
    _issue(books, "SPRING", CouponTerms(percent_ppm=EIGHTH, redemptions_max=1))
    command = CreateSubscription.model_validate({"account_id": ada, "plan": {"plan": "starter"}, "coupon": "SPRING"})
    subscription_id = uuid7()
    for _ in range(3):
        with books.database.transaction() as session:
            assert create_subscription(session, subscription_id, command, BEGIN).id == subscription_id
    assert _redemptions(books) == 1
    assert [invoice.total_minor for invoice in books.invoices(ada)] == [8_662]


def test_four_reach_for_the_last_one_and_one_gets_it(books: Books) -> None:
    """Two of three are redeemed; all four have read that one is left before any of them takes it."""
    _issue(books, "HALF", CouponTerms(percent_ppm=500_000, redemptions_max=3))
    for _ in range(2):
        books.subscribe(_customer(books), BEGIN, coupon="HALF")
    racers = [_customer(books) for _ in range(4)]

    def start(account_id: UUID) -> str:
        try:
            books.subscribe(account_id, BEGIN, coupon="HALF")
        except Rejected as refusal:
            return refusal.code
        return "started"

    with ThreadPoolExecutor(4) as pool:
        with books.database.transaction() as session:
            session.scalars(select(Coupon.id).with_for_update()).one()
            outcomes = [pool.submit(start, account_id) for account_id in racers]
            await_waiting(books.database, 4)
        assert sorted(outcome.result() for outcome in outcomes) == ["coupon_used_up"] * 3 + ["started"]

    assert _redemptions(books) == 3
    bills = [[invoice.total_minor for invoice in books.invoices(account_id)] for account_id in racers]
    assert sorted(bills) == [[]] * 3 + [[4_950]]


@pytest.mark.parametrize(
    ("terms", "paid"),
    [
        (CouponTerms(percent_ppm=EIGHTH), [8_662, 9_900, 9_900, 9_900]),
        (CouponTerms(percent_ppm=EIGHTH, periods=3), [8_662, 8_662, 8_662, 9_900]),
        (CouponTerms(percent_ppm=EIGHTH, periods=EVER), [8_662, 8_662, 8_662, 8_662]),
        (CouponTerms(amount=TENNER), [8_900, 9_900, 9_900, 9_900]),
        (CouponTerms(amount=TENNER, periods=2), [8_900, 8_900, 9_900, 9_900]),
        (CouponTerms(amount=TENNER, periods=EVER), [8_900, 8_900, 8_900, 8_900]),
        (CouponTerms(amount=MORE_THAN_ALL, periods=2), [0, 0, 9_900, 9_900]),
        (CouponTerms(percent_ppm=1_000_000, periods=EVER), [0, 0, 0, 0]),
    ],
)
def test_four_months_with_a_coupon(books: Books, ada: UUID, terms: CouponTerms, paid: list[int]) -> None:
    """Starter for 99.00 USD a month from the 31st of January on. What costs nothing is paid without a charge."""
    _issue(books, "SPRING", terms)
    subscription_id = books.subscribe(ada, BEGIN, coupon="SPRING")
    charges = [books.answer(BEGIN)]
    for now in PERIODS[1:]:
        assert books.come_due(now) == 1
        charges.append(books.answer(now))
        assert books.subscription(subscription_id).status is SubscriptionStatus.ACTIVE
    invoices = books.invoices(ada)
    assert [(invoice.issued_at, invoice.total_minor) for invoice in invoices] == list(zip(PERIODS, paid, strict=True))
    assert {invoice.status for invoice in invoices} == {InvoiceStatus.PAID}
    assert charges == [int(minor > 0) for minor in paid]
    assert books.paid_minor(ada) == sum(paid)


def test_it_is_taken_off_the_plan_and_its_tax_but_not_off_services(books: Books) -> None:
    """12.5 % of 99.00 with 19 % tax, beside a service of 199.00 a month."""
    _issue(books, "SPRING", CouponTerms(percent_ppm=EIGHTH))
    with books.database.transaction() as session:
        rate = TaxRate(id=uuid7(), country="DE", name="VAT", rate_ppm=190_000, valid_from=date(2026, 1, 1))
        session.add(rate)
    emil = _customer(books, "DE")
    books.subscribe(emil, BEGIN, coupon="SPRING", services=[{"service": "campaign-management"}])
    books.answer(BEGIN)
    books.come_due(PERIODS[1])
    books.answer(PERIODS[1])

    start, renewal = books.invoices(emil)
    with books.database.transaction() as session:
        lines = [(line.description, line.net_minor, line.tax_minor) for line in list_lines(session, start.id)]
    assert lines == [
        ("Starter plan, per month", 9_900, 1_881),
        ("Discount on Starter", -1_238, -235),
        ("Campaign Management", 19_900, 3_781),
    ]
    assert (start.total_minor, renewal.total_minor) == (33_989, 35_462)


def _customer(books: Books, country: str = "US") -> UUID:
    account_id = books.open(country=country)
    books.give_card(account_id, BEGIN)
    return account_id


def _issue(books: Books, code: str, terms: CouponTerms) -> None:
    with books.database.transaction() as session:
        issue_coupon(session, code, terms)


def _refused(books: Books, now: datetime, coupon: str) -> tuple[str, int]:
    """The refusal that a new customer meets, who is left as before and can start without the coupon."""
    account_id = _customer(books)
    with pytest.raises(Rejected) as refused:
        books.subscribe(account_id, now, coupon=coupon)
    assert books.invoices(account_id) == []
    books.subscribe(account_id, now)
    books.answer(now)
    assert books.paid_minor(account_id) == 9_900
    return refused.value.code, refused.value.status


def _redemptions(books: Books) -> int:
    with books.database.transaction() as session:
        return session.scalars(select(Coupon.redemptions)).one()
