"""Only what is unused goes back: under coupons, after changes of plan, of several invoices, in currencies of steps."""

from datetime import date
from uuid import UUID

import pytest

from billing.catalog.issue_coupon import CouponTerms, issue_coupon
from billing.catalog.publish_plan import PlanContent, publish_plan
from billing.catalog.tables import Interval
from billing.errors import Rejected
from billing.refunds.tables import UsedCredits
from billing.tax.set_rate import NewRate, set_rate
from tests.billing.company import Company
from tests.billing.standing import publish
from tests.billing.subscribers import Books, utc

BEGIN, THIRD = utc("2026-04-01 10:00"), utc("2026-04-11 10:00")


def _subscribe_at_half(books: Books, account_id: UUID) -> None:
    """100 credits for 50.00 instead of 100.00."""
    publish(books, "full", 10_000, 100)
    with books.database.transaction() as session:
        issue_coupon(session, "HALF", CouponTerms(percent_ppm=500_000))
    books.subscribe(account_id, BEGIN, "full", coupon="HALF")
    books.answer(BEGIN)


@pytest.mark.parametrize(("used", "back"), [(0, 5_000), (20, 4_000), (60, 2_000), (99, 50)])
def test_under_a_coupon_credits_cost_what_was_paid_for_them(
    books: Books, ada: UUID, company: Company, used: int, back: int
) -> None:
    _subscribe_at_half(books, ada)
    company.use(used)
    assert company.refund() == back
    assert company.balance().balance == 0


def test_the_same_of_a_credit_without_a_refund(books: Books, ada: UUID, company: Company) -> None:
    _subscribe_at_half(books, ada)
    company.use(60)
    assert company.credit() == 2_000
    assert books.kept_minor(ada) == 2_000


def test_under_a_coupon_nothing_of_used_credits_is_given_back(books: Books, ada: UUID, company: Company) -> None:
    _subscribe_at_half(books, ada)
    company.use(100)
    with pytest.raises(Rejected) as refused:
        company.refund()
    assert refused.value.code == "credits_already_used"


def test_unused_time_lowers_the_plan_that_took_its_place(books: Books, ada: UUID, company: Company) -> None:
    """The upgrade cost 66.66 for 66 more credits; 34 of all 166 are left, the older 100 are used first."""
    publish(books, "small", 10_000, 100)
    publish(books, "big", 20_000, 200)
    subscription_id = books.subscribe(ada, BEGIN, "small")
    books.answer(BEGIN)
    books.change(subscription_id, "big", THIRD)
    books.answer(THIRD)
    company.now = THIRD
    assert company.balance().balance == 166
    company.use(132)
    assert company.refund(1) == 6_666 * 34 // 66
    assert company.balance().balance == 0
    with pytest.raises(Rejected, match="All credits"):
        company.refund(0)


def test_one_payment_of_two_invoices_of_which_the_first_is_used_up(books: Books, ada: UUID, company: Company) -> None:
    publish(books, "plain", 10_000, 0)
    company.sell("value", more_minor=10_000)
    company.use(2_000)
    books.subscribe(ada, BEGIN, "plain")
    books.answer(BEGIN)
    assert company.refund() == 10_000
    assert company.notes() == [(10_000, 0)]


def test_parts_add_up_to_what_was_unused(books: Books, ada: UUID, company: Company) -> None:
    """Three credits for 100.00, of which one is used: whatever the parts, 66.66 go back, and it stays paid."""
    publish(books, "dear", 10_000, 3)
    books.subscribe(ada, BEGIN, "dear")
    books.answer(BEGIN)
    company.use(1)
    assert [company.refund(amount=amount) for amount in (1, 1, 3_000, None)] == [1, 1, 3_000, 3_664]
    assert company.balance().balance == 0


def test_what_is_used_between_two_parts_is_not_given_back(books: Books, ada: UUID, company: Company) -> None:
    publish(books, "hundred", 10_000, 100)
    books.subscribe(ada, BEGIN, "hundred")
    books.answer(BEGIN)
    company.use(20)
    assert company.refund(amount=5_000) == 5_000
    company.use(10)
    assert company.refund() == 2_000


@pytest.fixture
def kim(books: Books) -> UUID:
    """A customer in Kuwait, whose fils are charged in tens: 70 credits for 9.990 KWD and 16 % of tax."""
    kim = books.open("Kim", country="KW")
    books.give_card(kim, BEGIN)
    with books.database.transaction() as session:
        set_rate(session, NewRate("KW", "VAT", 160_000, date(2026, 1, 1)), None)
        publish_plan(session, "basic", "Basic", PlanContent(70, {("KWD", Interval.MONTH): 9_990}))
    books.subscribe(kim, BEGIN, "basic", currency="KWD")
    books.answer(BEGIN)
    return kim


@pytest.mark.parametrize("amount", [5, 15, 9_561])
def test_an_amount_between_two_steps_is_refused(books: Books, kim: UUID, amount: int) -> None:
    for give in (Company(books, kim, BEGIN).refund, Company(books, kim, BEGIN).credit):
        with pytest.raises(Rejected, match=r"no multiple of 0\.010 KWD") as refused:
            give(amount=amount)
        assert refused.value.code == "amount_too_fine"


def test_what_is_unused_is_rounded_down_to_the_step(books: Books, kim: UUID) -> None:
    company = Company(books, kim, BEGIN)
    company.use(3)
    assert company.refund(amount=770) == 770
    assert company.refund() == 11_590 * 67 // 70 // 10 * 10 - 770
    assert all(minor % 10 == 0 for note in company.notes() for minor in note)
    assert company.refund(used=UsedCredits.FORGIVE) == 500, "the rest of it is all that is left"


def test_what_is_credited_is_a_step_that_cards_can_be_charged(books: Books, kim: UUID) -> None:
    """Whatever gateway the invoice names: the next one is charged less what is kept now."""
    company = Company(books, kim, BEGIN)
    company.use(3)
    assert company.credit() % 10 == 0
    assert books.kept_minor(kim, "KWD") % 10 == 0
