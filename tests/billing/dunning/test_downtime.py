"""Two weeks in which nothing ran: what fell into them is caught up, each once, for its own time."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import select

from billing.dunning.tables import DunningEnd, DunningState
from billing.invoices.tables import InvoiceStatus
from billing.payments.tables import PaymentAttempt
from billing.subscriptions.tables import SubscriptionPeriod, SubscriptionStatus
from tests.billing.dunning.dunned import BROKE, Dunned
from tests.billing.subscribers import utc

# what the renewal of 15 February begins
BY_MONTH, BY_YEAR = [("2026-02-15", "2026-03-15")], [("2026-02-15", "2027-02-15")]


def test_what_fell_due_is_billed_once_and_for_its_own_time(dunned: Dunned, ada: UUID) -> None:
    """Down from 10 to 24 February: a month fell due on the 15th, a year on the 20th, a trial was over on the 12th."""
    by_year = dunned.subscribe(ada, utc("2025-02-20 08:00"), interval="year")
    by_month = dunned.subscribe(ada, utc("2026-01-15 10:00"))
    on_trial = dunned.subscribe(ada, utc("2026-01-29 16:00"), "growth", trial_days=14)
    leaving = dunned.subscribe(ada, utc("2026-01-18 12:00"), "scale")
    dunned.answer(utc("2026-01-29 16:00"))
    dunned.cancel(leaving, utc("2026-01-31 12:00"), at_period_end=True)
    paid_before = dunned.paid_minor(ada)

    back = utc("2026-02-24 12:00")
    with ThreadPoolExecutor(4) as workers:
        assert sum(workers.map(lambda _: dunned.catch_up(back), range(4))) == 4
    assert dunned.answer(back) == 3
    assert (dunned.catch_up(back), dunned.answer(back)) == (0, 0)

    assert _periods(dunned, by_year) == [("2025-02-20", "2026-02-20"), ("2026-02-20", "2027-02-20")]
    assert _periods(dunned, by_month) == [("2026-01-15", "2026-02-15"), ("2026-02-15", "2026-03-15")]
    assert _periods(dunned, on_trial) == [("2026-01-29", "2026-02-12"), ("2026-02-12", "2026-03-12")]
    assert dunned.subscription(leaving).ended_at == utc("2026-02-18 12:00")
    assert {f"{invoice.issued_at:%m-%d}" for invoice in dunned.invoices(ada)[-3:]} == {"02-24"}
    assert dunned.paid_minor(ada) - paid_before == 99_000 + 9_900 + 19_900

    assert [dunned.come_due(utc(f"2026-03-{day} 16:00")) for day in (12, 13, 15, 16)] == [1, 0, 1, 0]
    dunned.answer(utc("2026-03-16 16:00"))


def test_a_month_that_fell_due_in_each_of_two_downtimes(dunned: Dunned, ada: UUID) -> None:
    """Down around the last of January and of February: the day of the month is the 31st again in March."""
    subscription_id = dunned.subscribe(ada, utc("2025-12-31 10:00"))
    dunned.answer(utc("2025-12-31 10:00"))
    for back in (utc("2026-02-08 09:00"), utc("2026-03-08 09:00"), utc("2026-03-31 10:00")):
        assert (dunned.catch_up(back), dunned.answer(back), dunned.catch_up(back)) == (1, 1, 0)
    assert _periods(dunned, subscription_id) == [
        ("2025-12-31", "2026-01-31"), ("2026-01-31", "2026-02-28"), ("2026-02-28", "2026-03-31"),
        ("2026-03-31", "2026-04-30"),
    ]  # fmt: skip
    assert dunned.paid_minor(ada) == 4 * 9_900


@pytest.mark.parametrize(
    ("interval", "begin", "price", "renewed"),
    [("month", "2026-01-15 10:00", 9_900, BY_MONTH), ("year", "2025-02-15 10:00", 99_000, BY_YEAR)],
)
def test_four_retries_that_were_missed_are_one(
    dunned: Dunned, ada: UUID, interval: str, begin: str, price: int, renewed: list[tuple[str, str]]
) -> None:
    """Declined on 15 February; down until 1 March: the tries of the 16th, 18th, 20th and 22nd are one on that day."""
    subscription_id = _declined(dunned, ada, interval, begin)
    assert (dunned.dunning().next_attempt_at, dunned.dunning().ends_at) == (
        utc("2026-02-16 10:00"), utc("2026-02-22 10:00"),
    )  # fmt: skip

    back = utc("2026-03-01 12:00")
    assert dunned.sweep(back) == (1, 0)
    assert dunned.sweep(back) == (0, 0), "the last try is under way: nothing ends before its answer"
    dunned.answer(back)
    assert dunned.sweep(back) == (0, 0)

    dunning, recovered = dunned.dunning(), dunned.subscription(subscription_id)
    assert (dunning.state, dunning.attempts, dunning.closed_at) == (DunningState.RECOVERED, 1, back)
    assert (recovered.status, dunned.catch_up(back)) == (SubscriptionStatus.ACTIVE, 0)
    assert _periods(dunned, subscription_id)[1:] == renewed, "late money moves no date"
    assert recovered.due_at == utc(f"{renewed[0][1]} 10:00")
    assert (_charges(dunned, ada), dunned.paid_minor(ada)) == ([price] * 3, price * 2)


def test_a_month_and_two_retries_of_the_one_before_fell_into_it(dunned: Dunned, ada: UUID) -> None:
    """Declined on 15 February, to be tried on 7 and 17 March; down from 5 to 19 March, when March's month began."""
    subscription_id = _declined(dunned, ada, "month", "2026-01-15 10:00", [20, 30])
    back = utc("2026-03-19 12:00")
    assert dunned.catch_up(back) == 0, "what was not paid is not billed on top"
    assert dunned.sweep(back) == (1, 0)
    dunned.answer(back)
    recovered = dunned.subscription(subscription_id)
    assert (recovered.status, recovered.due_at) == (SubscriptionStatus.ACTIVE, utc("2026-03-15 10:00"))

    assert (dunned.catch_up(back), dunned.answer(back), dunned.catch_up(back)) == (1, 1, 0)
    assert _periods(dunned, subscription_id)[1:] == [*BY_MONTH, ("2026-03-15", "2026-04-15")]
    assert {invoice.status for invoice in dunned.invoices(ada)} == {InvoiceStatus.PAID}
    assert (_charges(dunned, ada), dunned.paid_minor(ada)) == ([9_900] * 4, 3 * 9_900)
    assert dunned.come_due(utc("2026-04-15 10:00")) == 1


def test_a_year_and_two_retries_that_fell_into_it(dunned: Dunned, ada: UUID) -> None:
    """As the month above, but there is nothing more to bill before 2027. The one try is declined, and it ends."""
    subscription_id = _declined(dunned, ada, "year", "2025-02-15 10:00", [20, 30])
    back = utc("2026-03-19 12:00")
    assert (dunned.catch_up(back), dunned.sweep(back)) == (0, (1, 0))
    dunned.answer(back, BROKE)
    assert dunned.sweep(back) == (0, 1)
    ended = dunned.subscription(subscription_id)
    assert (ended.status, ended.ended_at) == (SubscriptionStatus.CANCELED, back)
    assert dunned.invoices(ada)[-1].status is InvoiceStatus.UNCOLLECTIBLE
    assert (dunned.catch_up(utc("2027-02-15 10:00")), dunned.paid_minor(ada)) == (0, 99_000)


def test_a_retry_that_was_to_come_later_keeps_its_day(dunned: Dunned, ada: UUID) -> None:
    """To be tried on 18 and 25 February and 7 March; down from 16 February to 2 March: on 2 March, then on the 7th."""
    _declined(dunned, ada, "month", "2026-01-15 10:00", [3, 10, 20])
    back = utc("2026-03-02 12:00")
    assert dunned.sweep(back) == (1, 0)
    dunned.answer(back, BROKE)
    assert dunned.dunning().next_attempt_at == utc("2026-03-07 10:00")
    assert dunned.sweep(utc("2026-03-07 09:59:59")) == (0, 0)
    assert dunned.sweep(utc("2026-03-07 10:00")) == (1, 0)
    dunned.answer(utc("2026-03-07 10:00"))
    assert (dunned.dunning().state, dunned.paid_minor(ada)) == (DunningState.RECOVERED, 2 * 9_900)


@pytest.mark.parametrize(("interval", "begin"), [("month", "2026-01-15 10:00"), ("year", "2025-02-15 10:00")])
def test_who_cannot_pay_on_the_day_it_is_caught_up_has_as_long_as_ever(
    dunned: Dunned, ada: UUID, interval: str, begin: str
) -> None:
    """Due on 15 February, asked for on the 24th, and declined: the retries count from the 24th on."""
    subscription_id = dunned.subscribe(ada, utc(begin), interval=interval)
    dunned.answer(utc(begin))
    back = utc("2026-02-24 12:00")
    assert dunned.catch_up(back) == 1
    dunned.answer(back, BROKE)
    dunning = dunned.dunning()
    assert (dunning.opened_at, dunning.next_attempt_at) == (back, utc("2026-02-25 10:00"))
    assert dunning.ends_at == utc("2026-03-03 10:00")

    assert dunned.sweep(utc("2026-02-25 10:00")) == (1, 0)
    dunned.answer(utc("2026-02-25 10:00"))
    assert dunned.subscription(subscription_id).status is SubscriptionStatus.ACTIVE
    assert _periods(dunned, subscription_id)[1:] == (BY_MONTH if interval == "month" else BY_YEAR)


def _declined(books: Dunned, account_id: UUID, interval: str, begin: str, retry_days: list[int] | None = None) -> UUID:
    """A subscription whose renewal of 15 February 2026 was declined at ten, just before the downtime."""
    policy = "default" if retry_days is None else books.policy("patient", retry_days, DunningEnd.CANCEL)
    subscription_id = books.subscribe(account_id, utc(begin), interval=interval, dunning_policy=policy)
    books.answer(utc(begin))
    assert books.come_due(utc("2026-02-15 10:00")) == 1
    books.answer(utc("2026-02-15 10:00"), BROKE)
    assert books.subscription(subscription_id).status is SubscriptionStatus.PAST_DUE
    return subscription_id


def _periods(books: Dunned, subscription_id: UUID) -> list[tuple[str, str]]:
    """The days on which they begin and end."""
    mine = select(SubscriptionPeriod).where(SubscriptionPeriod.subscription_id == subscription_id)
    with books.database.transaction() as session:
        periods = session.scalars(mine.order_by(SubscriptionPeriod.period_start)).all()
    return [(f"{period.period_start:%Y-%m-%d}", f"{period.period_end:%Y-%m-%d}") for period in periods]


def _charges(books: Dunned, account_id: UUID) -> list[int]:
    """What the card was asked for, with or without success, in US cents."""
    mine = select(PaymentAttempt.amount_minor).where(PaymentAttempt.account_id == account_id)
    with books.database.transaction() as session:
        return list(session.scalars(mine.order_by(PaymentAttempt.id)))
