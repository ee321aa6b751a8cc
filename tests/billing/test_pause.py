"""Pauses: the rest of what is paid for is kept, to the second, and nothing is billed for the time in between."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from billing.errors import Rejected
from billing.invoices.tables import InvoiceStatus
from billing.periods import Period, period_at
from billing.subscriptions.tables import SubscriptionStatus
from database.engine import Database
from tests.billing.subscribers import Books, utc
from tests.gateways.fuzzing import fuzzed

BEGIN = utc("2026-01-31 10:00")
DAY = 86_400
in_the_books = settings(fuzzed, phases=[Phase.explicit, Phase.reuse, Phase.generate])


@pytest.fixture
def books(database: Database) -> Iterator[Books]:
    """Books that are in order at the end of every story."""
    kept = Books(database)
    yield kept
    assert [found for found in kept.violations() if "nothing_waits" not in found] == []


@pytest.fixture
def ada(books: Books) -> UUID:
    """A customer with a card."""
    account_id = books.open()
    books.give_card(account_id, BEGIN)
    return account_id


def test_the_rest_of_the_period_comes_after_the_pause(books: Books, ada: UUID) -> None:
    """Ten of 28 days are used, then it rests for eleven: the period ends eleven days later, and so do all others."""
    subscription_id = books.subscribe(ada, BEGIN)
    books.answer(BEGIN)
    books.pause(subscription_id, utc("2026-02-10 10:00"))
    assert books.come_due(utc("2026-03-15 10:00")) == 0, "nobody said when it is to go on"
    books.resume(subscription_id, utc("2026-02-21 10:00"))
    resumed = books.subscription(subscription_id)
    assert (resumed.period_start, resumed.period_end) == (utc("2026-02-11 10:00"), utc("2026-03-11 10:00"))
    books.come_due(utc("2026-03-11 10:00"))
    books.answer(utc("2026-03-11 10:00"))
    assert books.subscription(subscription_id).period_end == utc("2026-04-11 10:00")
    assert books.paid_minor(ada) == 2 * 9_900


def test_a_pause_of_no_length_changes_nothing(books: Books, ada: UUID) -> None:
    """Not even the day of the month: the 31st of January comes back on the 31st of March."""
    subscription_id = books.subscribe(ada, BEGIN)
    books.answer(BEGIN)
    books.pause(subscription_id, utc("2026-02-10 10:00"))
    books.resume(subscription_id, utc("2026-02-10 10:00"))
    books.come_due(utc("2026-02-28 10:00"))
    books.answer(utc("2026-02-28 10:00"))
    assert books.subscription(subscription_id).period_end == utc("2026-03-31 10:00")


def test_pauses_never_shorten_or_lengthen_what_is_paid_for(books: Books) -> None:
    """For any pauses, ended by command or by their day: time on + time paused = time gone by, per paid period.

    Each period lasts as many seconds as the calendar gave it when it was billed; a pause is never part of it.
    """

    @settings(in_the_books, max_examples=15)
    @given(
        st.lists(st.tuples(st.integers(0, 20 * DAY), st.integers(0, 60 * DAY), st.booleans()), min_size=1, max_size=4)
    )
    def check(pauses: list[tuple[int, int, bool]]) -> None:
        account_id = books.open()
        books.give_card(account_id, BEGIN)
        subscription_id, now = books.subscribe(account_id, BEGIN), BEGIN
        books.answer(BEGIN)
        period, paused, bills = period_at(BEGIN, 1, 0), timedelta(0), 1
        for on_seconds, paused_seconds, by_itself in pauses:
            now += timedelta(seconds=on_seconds)
            if period.end + paused <= now:
                books.come_due(now)
                books.answer(now)
                renewed = books.subscription(subscription_id)
                assert renewed.period_start == period.end + paused
                period, paused, bills = Period(renewed.period_start, renewed.period_end), timedelta(0), bills + 1
            length = timedelta(seconds=paused_seconds)
            if by_itself and length:
                books.pause(subscription_id, now, now + length)
                books.come_due(now + length + timedelta(seconds=1))
            else:
                books.pause(subscription_id, now)
                books.resume(subscription_id, now + length)
            now, paused = now + length, paused + length
            present = books.subscription(subscription_id)
            assert present.status is SubscriptionStatus.ACTIVE
            assert (present.period_start, present.period_end) == (period.start + paused, period.end + paused)
        assert len(books.invoices(account_id)) == bills
        books.cancel(subscription_id, now)

    check()


def test_a_late_command_or_sweep_resumes_on_the_promised_day(books: Books, ada: UUID) -> None:
    day, late = utc("2026-02-21 10:00"), utc("2026-02-21 11:30")
    subscription_id = books.subscribe(ada, BEGIN)
    books.answer(BEGIN)
    books.pause(subscription_id, utc("2026-02-10 10:00"), day)
    books.resume(subscription_id, late)
    assert books.subscription(subscription_id).period_end == utc("2026-03-11 10:00")
    books.pause(subscription_id, utc("2026-02-22 10:00"), utc("2026-02-23 10:00"))
    assert books.come_due(utc("2026-02-24 12:00")) == 1
    assert books.subscription(subscription_id).period_end == utc("2026-03-12 10:00")


def test_a_paused_trial_goes_on_as_a_trial(books: Books, ada: UUID) -> None:
    subscription_id = books.subscribe(ada, BEGIN, trial_days=14)
    books.pause(subscription_id, utc("2026-02-04 10:00"))
    books.resume(subscription_id, utc("2026-02-24 10:00"))
    resumed = books.subscription(subscription_id)
    assert (resumed.status, resumed.trial_end) == (SubscriptionStatus.TRIALING, utc("2026-03-06 10:00"))
    books.come_due(utc("2026-03-06 10:00"))
    books.answer(utc("2026-03-06 10:00"))
    paid = books.subscription(subscription_id)
    assert (paid.status, paid.period_end) == (SubscriptionStatus.ACTIVE, utc("2026-04-06 10:00"))


def test_what_cannot_be_paused(books: Books, ada: UUID) -> None:
    subscription_id = books.subscribe(ada, BEGIN)
    with pytest.raises(Rejected, match="subscription_state"):
        books.pause(subscription_id, BEGIN)
    books.answer(BEGIN)
    with pytest.raises(Rejected, match="renewal_due"):
        books.pause(subscription_id, utc("2026-02-28 10:00"))
    with pytest.raises(Rejected, match="resumes_in_the_past"):
        books.pause(subscription_id, utc("2026-02-10 10:00"), utc("2026-02-10 10:00"))
    books.come_due(utc("2026-02-28 10:00"))
    with pytest.raises(Rejected, match="invoice_open"):
        books.pause(subscription_id, utc("2026-02-28 10:01"))
    with pytest.raises(Rejected, match="not_paused"):
        books.resume(subscription_id, utc("2026-02-28 10:02"))


def test_a_paused_subscription_can_end(books: Books, ada: UUID) -> None:
    subscription_id = books.subscribe(ada, BEGIN)
    books.answer(BEGIN)
    books.pause(subscription_id, utc("2026-02-10 10:00"), utc("2026-05-10 10:00"))
    books.cancel(subscription_id, utc("2026-03-10 10:00"), at_period_end=True)
    assert books.subscription(subscription_id).status is SubscriptionStatus.CANCELED
    assert books.come_due(utc("2026-06-01 10:00")) == 0
    assert books.paid_minor(ada) == 9_900


def test_an_upgrade_that_was_never_paid_is_not_given_by_resuming(books: Books, ada: UUID) -> None:
    """Under a policy that pauses in the end, the unpaid plan is neither used nor turned into kept money."""
    with books.database.transaction() as session:
        session.execute(text("INSERT INTO dunning_policies VALUES ('rest', '[1]', 'pause')"))
    subscription_id = books.subscribe(ada, BEGIN, dunning_policy="rest")
    books.answer(BEGIN)
    books.change(subscription_id, "scale", utc("2026-02-01 10:00"))
    books.answer(utc("2026-02-01 10:00"), decline="lost_card")
    books.end_dunnings(utc("2026-02-03 10:00"))
    assert books.subscription(subscription_id).status is SubscriptionStatus.PAUSED
    books.resume(subscription_id, utc("2026-02-05 10:00"))
    assert books.come_due(utc("2026-02-05 10:00")) == 1, "a new period begins, and is billed"
    with pytest.raises(Rejected, match="invoice_open"):
        books.change(subscription_id, "starter", utc("2026-02-05 10:00"), when="now")
    books.answer(utc("2026-02-05 10:00"))
    resumed = books.subscription(subscription_id)
    assert (resumed.status, resumed.period_start) == (SubscriptionStatus.ACTIVE, utc("2026-02-05 10:00"))
    statuses = [invoice.status for invoice in books.invoices(ada)]
    assert statuses == [InvoiceStatus.PAID, InvoiceStatus.UNCOLLECTIBLE, InvoiceStatus.PAID]
    assert (books.kept_minor(ada), books.paid_minor(ada)) == (0, 9_900 + 29_900)
