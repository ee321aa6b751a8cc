"""A change of plan around the end of a period, before the sweep and after it: nobody pays for a second twice."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from billing.catalog.publish_plan import PlanContent, publish_plan
from billing.catalog.tables import Interval
from billing.credits.queries import view_balance
from billing.cycle.plan_change.preview import preview_change
from billing.errors import Rejected
from billing.invoices.queries import list_lines
from billing.invoices.tables import InvoiceReason, InvoiceStatus
from billing.subscriptions.tables import SubscriptionStatus
from billing.usage.consume import consume_credits
from schemas.commands.subscriptions import ChangePlan
from tests.billing.subscribers import Books, utc

BEGIN, END, NEXT_END = utc("2026-04-01 10:00"), utc("2026-05-01 10:00"), utc("2026-06-01 10:00")
LAST_SECOND, ONE_LATE = utc("2026-05-01 09:59:59"), utc("2026-05-01 10:00:01")
SWEEP = utc("2026-05-01 10:05")
SECONDS_OF_APRIL = 30 * 86_400


@pytest.fixture(autouse=True)
def _plans_by_the_second(books: Books) -> None:
    """Plans of which one second of April costs nothing, 0.01 and 0.38 USD, which is nearly the most."""
    with books.database.transaction() as session:
        for slug, cents_a_second in (("free", 0), ("fleet", 1), ("navy", 38)):
            prices = {("USD", Interval.MONTH): cents_a_second * SECONDS_OF_APRIL}
            publish_plan(session, slug, slug.title(), PlanContent(0, prices))


@pytest.mark.parametrize("at", [END, ONE_LATE])
def test_when_the_period_is_over_the_coming_renewal_bills_the_dearer_plan_once(
    books: Books, ada: UUID, at: datetime
) -> None:
    subscription_id = _paid(books, ada, "starter")
    books.change(subscription_id, "growth", at)
    assert books.answer(at) == 0
    assert len(books.invoices(ada)) == 1, "nothing is billed before the sweep comes"

    _renew_once(books, SWEEP)
    begun = books.subscription(subscription_id)
    assert (begun.period_start, begun.period_end, begun.next_price_id) == (END, NEXT_END, None)
    assert _lines(books, ada) == [("Growth plan, per month", 19_900)]
    assert _credits(books, ada, SWEEP) == 1_500

    _renew_once(books, NEXT_END)
    assert [invoice.total_minor for invoice in books.invoices(ada)] == [9_900, 19_900, 19_900]
    assert (books.paid_minor(ada), books.kept_minor(ada)) == (49_700, 0)


@pytest.mark.parametrize("when", ["now", "period_end"])
def test_a_month_that_was_over_before_the_wish_is_billed_as_it_was_sold(books: Books, ada: UUID, when: str) -> None:
    """On 1 June neither May nor June is billed yet. The wish for Growth waits until May is, as Starter."""
    subscription_id = _paid(books, ada, "starter")
    with pytest.raises(Rejected, match="renewal_due"):
        books.change(subscription_id, "growth", NEXT_END, when=when)
    assert (books.come_due(NEXT_END), books.answer(NEXT_END)) == (1, 1)
    books.change(subscription_id, "growth", NEXT_END, when=when)
    _renew_once(books, NEXT_END)
    assert [invoice.total_minor for invoice in books.invoices(ada)] == [9_900, 9_900, 19_900]


@pytest.mark.parametrize("at", [END, ONE_LATE])
def test_when_the_period_is_over_a_cheaper_plan_gives_nothing_back(books: Books, ada: UUID, at: datetime) -> None:
    """Of Growth's 1,500 credits 1,200 were used: they were paid for, and no matter any more."""
    subscription_id = _paid(books, ada, "growth")
    with books.database.transaction() as session:
        consume_credits(session, ada, 1_200, "use/1", "", BEGIN)
    books.change(subscription_id, "starter", at, when="now")
    _renew_once(books, SWEEP)
    assert [invoice.total_minor for invoice in books.invoices(ada)] == [19_900, 9_900]
    assert _lines(books, ada) == [("Starter plan, per month", 9_900)]
    assert (books.kept_minor(ada), _credits(books, ada, SWEEP)) == (0, 500)


@pytest.mark.parametrize("at", [END, ONE_LATE])
def test_when_the_period_is_over_a_year_begins_at_its_end(books: Books, ada: UUID, at: datetime) -> None:
    subscription_id = _paid(books, ada, "starter")
    books.change(subscription_id, "starter", at, interval="year")
    _renew_once(books, SWEEP)
    begun = books.subscription(subscription_id)
    assert (begun.anchor, begun.period_start, begun.period_end) == (END, END, utc("2027-05-01 10:00"))
    assert [invoice.total_minor for invoice in books.invoices(ada)] == [9_900, 99_000]


def test_in_the_last_second_a_year_begins_at_once_and_nothing_is_left_to_renew(books: Books, ada: UUID) -> None:
    """A second of Starter is worth less than half a cent: 990.00 are charged, and the 1st of May passes."""
    subscription_id = _paid(books, ada, "starter")
    books.change(subscription_id, "starter", LAST_SECOND, interval="year")
    assert books.answer(LAST_SECOND) == 1
    assert books.come_due(SWEEP) == 0
    assert books.subscription(subscription_id).period_end == utc("2027-05-01 09:59:59")
    assert [invoice.total_minor for invoice in books.invoices(ada)] == [9_900, 99_000]
    assert books.come_due(utc("2027-05-01 09:59:59")) == 1


@pytest.mark.parametrize(("begin", "then"), [("starter", "growth"), ("growth", "starter")])
def test_the_last_second_of_small_plans_is_worth_nothing(books: Books, ada: UUID, begin: str, then: str) -> None:
    """Neither 99.00 nor 199.00 USD a month are half a cent a second: the plan changes without an invoice."""
    price = {"starter": 9_900, "growth": 19_900}
    subscription_id = _paid(books, ada, begin)
    before = books.subscription(subscription_id).price_id
    books.change(subscription_id, then, LAST_SECOND, when="now")
    changed = books.subscription(subscription_id)
    assert (changed.price_id != before, changed.period_end, changed.next_price_id) == (True, END, None)
    assert (len(books.invoices(ada)), books.kept_minor(ada)) == (1, 0)
    _renew_once(books, SWEEP)
    assert [invoice.total_minor for invoice in books.invoices(ada)] == [price[begin], price[then]]


@pytest.mark.parametrize("at", [LAST_SECOND, utc("2026-05-01 09:59:59.999999")])
def test_of_the_last_second_a_card_is_not_charged_a_cent(books: Books, ada: UUID, at: datetime) -> None:
    """0.01 USD for the last second of Fleet: asked for with the renewal, which bills it for May."""
    subscription_id = _paid(books, ada, "starter")
    books.change(subscription_id, "fleet", at)
    assert (books.answer(at), books.kept_minor(ada)) == (0, -1)
    _renew_once(books, SWEEP)
    assert [invoice.total_minor for invoice in books.invoices(ada)] == [9_900, 1, SECONDS_OF_APRIL]
    assert (books.invoices(ada)[-1].due_minor, books.kept_minor(ada)) == (SECONDS_OF_APRIL + 1, 0)


def test_of_the_last_second_a_transfer_may_be_a_cent(books: Books, ada: UUID) -> None:
    """From a free plan to Fleet: one line, which is also the total, and may be paid for two weeks."""
    subscription_id = _paid(books, ada, "free", pay_by="transfer")
    books.change(subscription_id, "fleet", LAST_SECOND)
    change = books.invoices(ada)[-1]
    assert _lines(books, ada) == [("Remaining time on Fleet", 1)]
    assert (change.reason, change.status, change.total_minor) == (InvoiceReason.CHANGE, InvoiceStatus.PENDING, 1)
    assert change.due_at == utc("2026-05-15 09:59:59")
    assert books.answer(LAST_SECOND) == 0

    assert (books.come_due(SWEEP), books.catch_up(SWEEP)) == (1, 0)
    assert [invoice.total_minor for invoice in books.invoices(ada)] == [0, 1, SECONDS_OF_APRIL]


def test_of_the_last_seconds_a_card_is_charged_what_is_enough_and_the_lines_are_the_total(
    books: Books, ada: UUID
) -> None:
    """Fleet's last two seconds are worth 0.02, Navy's 0.76: 0.74 are charged, and the whole price for May."""
    subscription_id, last_two = _paid(books, ada, "fleet"), utc("2026-05-01 09:59:58")
    books.change(subscription_id, "navy", last_two)
    assert books.answer(last_two) == 1
    assert _lines(books, ada) == [("Unused time on Fleet", -2), ("Remaining time on Navy", 76)]
    assert books.invoices(ada)[-1].total_minor == 74
    _renew_once(books, SWEEP)
    assert books.paid_minor(ada) == SECONDS_OF_APRIL + 74 + 38 * SECONDS_OF_APRIL


def test_of_the_last_second_a_cent_is_kept_and_the_renewal_costs_a_cent_less(books: Books, ada: UUID) -> None:
    subscription_id = _paid(books, ada, "fleet")
    books.change(subscription_id, "starter", LAST_SECOND, when="now")
    assert _lines(books, ada) == [("Unused time on Fleet", -1), ("Kept on your account", 1)]
    assert books.kept_minor(ada) == 1
    _renew_once(books, SWEEP)
    assert (books.paid_minor(ada), books.kept_minor(ada)) == (SECONDS_OF_APRIL + 9_899, 0)


def test_after_the_sweep_it_costs_the_same_in_two_steps(books: Books, ada: UUID) -> None:
    """Starter is renewed for 99.00 at ten sharp. Growth from the same second on costs the other 100.00, once paid."""
    subscription_id = _paid(books, ada, "starter")
    books.come_due(END)
    with pytest.raises(Rejected, match="invoice_open"):
        books.change(subscription_id, "growth", END)
    books.answer(END)
    books.change(subscription_id, "growth", END)
    books.answer(END)
    assert [invoice.total_minor for invoice in books.invoices(ada)] == [9_900, 9_900, 10_000]
    assert _credits(books, ada, SWEEP) == 1_500
    assert books.come_due(SWEEP) == 0


@pytest.mark.parametrize("at", [LAST_SECOND, END, ONE_LATE])
def test_around_the_end_of_a_trial_only_the_first_month_is_billed(books: Books, ada: UUID, at: datetime) -> None:
    subscription_id = books.subscribe(ada, BEGIN, trial_days=30)
    books.change(subscription_id, "growth", at)
    assert books.invoices(ada) == []
    _renew_once(books, SWEEP)
    begun = books.subscription(subscription_id)
    assert (begun.status, begun.period_start, begun.period_end) == (SubscriptionStatus.ACTIVE, END, NEXT_END)
    assert [invoice.total_minor for invoice in books.invoices(ada)] == [19_900]


def test_a_preview_ends_with_the_period(books: Books, ada: UUID) -> None:
    subscription_id = _paid(books, ada, "starter")
    wanted = ChangePlan.model_validate({"subscription_id": subscription_id, "plan": {"plan": "growth"}})
    with books.database.transaction() as session:
        assert preview_change(session, wanted, END - timedelta(microseconds=1)).due_minor == 0
        with pytest.raises(Rejected, match="outside_period"):
            preview_change(session, wanted, END)


def _paid(books: Books, account_id: UUID, plan: str, **fields: object) -> UUID:
    """A subscription for April that is paid."""
    subscription_id = books.subscribe(account_id, BEGIN, plan, **fields)
    books.answer(BEGIN)
    assert books.subscription(subscription_id).period_end == END
    assert {invoice.status for invoice in books.invoices(account_id)} == {InvoiceStatus.PAID}
    return subscription_id


def _renew_once(books: Books, now: datetime) -> None:
    """The sweep comes, again and again; what it bills is one charge, and is paid."""
    assert [books.come_due(now), books.come_due(now), books.answer(now), books.come_due(now)] == [1, 0, 1, 0]


def _lines(books: Books, account_id: UUID) -> list[tuple[str, int]]:
    """What the last invoice says; the lines are its total."""
    invoice = books.invoices(account_id)[-1]
    with books.database.transaction() as session:
        lines = [(line.description, line.net_minor) for line in list_lines(session, invoice.id)]
    assert sum(minor for _, minor in lines) == invoice.total_minor
    return lines


def _credits(books: Books, account_id: UUID, now: datetime) -> int:
    with books.database.transaction() as session:
        return view_balance(session, account_id, now).balance
