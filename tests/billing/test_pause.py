"""Pauses: the rest of what is paid for is kept, to the second, and nothing is billed for the time in between."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from billing.clocks.timelines import Timeline
from billing.cycle.end.reactivate import reactivate_subscription
from billing.errors import Rejected
from billing.periods import Period, period_at
from billing.subscriptions.queries import lock_subscription
from billing.subscriptions.tables import SubscriptionStatus
from billing.top_ups.queries import due_top_ups
from billing.top_ups.set import set_top_up
from tests.billing.lasting import credits_expired, credits_until
from tests.billing.prepaid import Prepaid
from tests.billing.subscribers import Books, utc
from tests.gateways.fuzzing import fuzzed

BEGIN = utc("2026-01-31 10:00")
DAY = 86_400
in_the_books = settings(fuzzed, phases=[Phase.explicit, Phase.reuse, Phase.generate])


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


@pytest.mark.parametrize(
    ("pause", "days"), [(timedelta(minutes=1), ["28", "31", "30"]), (timedelta(hours=1), ["28", "31", "30"])]
)
def test_a_short_pause_keeps_the_day_of_the_month(books: Books, ada: UUID, pause: timedelta, days: list[str]) -> None:
    subscription_id, now = books.subscribe(ada, BEGIN), utc("2026-02-10 10:00")
    books.answer(BEGIN)
    books.pause(subscription_id, now)
    books.resume(subscription_id, now + pause)
    ends = []
    for _ in days:
        ends.append(books.subscription(subscription_id).period_end)
        books.come_due(ends[-1])
        books.answer(ends[-1])
    assert [f"{end:%d}" for end in ends] == days
    assert {end - end.replace(hour=10, minute=0) for end in ends} == {pause}


def test_pauses_never_shorten_or_lengthen_what_is_paid_for(books: Books) -> None:
    """For any pauses, ended by command or by their day: time on + time paused = time gone by, per paid period.

    Each period lasts as many seconds as the calendar gave it when it was billed; a pause is never part of it. Nor do
    its 500 credits expire in a pause: they are there to the period's last second, and not in the next.
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
            credits_expired(books, now)
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
            credits_expired(books, now + length)
            now, paused = now + length, paused + length
            present = books.subscription(subscription_id)
            assert present.status is SubscriptionStatus.ACTIVE
            assert (present.period_start, present.period_end) == (period.start + paused, period.end + paused)
            assert credits_until(books, account_id, now) == (500, present.period_end)
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


def test_credits_of_the_period_wait_with_it_and_can_be_used_meanwhile(books: Books, ada: UUID) -> None:
    """500 until the 28th of February are held for a pause of thirty days; those of a package expire on their day."""
    subscription_id = books.subscribe(ada, BEGIN)
    books.answer(BEGIN)
    prepaid = Prepaid(books.database, ada)
    prepaid.grant(100, utc("2026-02-01 10:00"), days=28)
    books.pause(subscription_id, utc("2026-02-10 10:00"))
    assert credits_until(books, ada, utc("2026-02-28 10:00")) == (600, utc("2026-03-01 10:00"))
    assert credits_expired(books, utc("2026-03-10 10:00")) == 100
    assert credits_until(books, ada, utc("2026-03-10 10:00")) == (500, None)
    assert prepaid.use(50, utc("2026-03-11 10:00")) == 450
    books.resume(subscription_id, utc("2026-03-12 10:00"))
    assert books.subscription(subscription_id).period_end == utc("2026-03-30 10:00")
    assert credits_until(books, ada, utc("2026-03-30 09:59:59")) == (450, utc("2026-03-30 10:00"))
    assert credits_expired(books, utc("2026-03-30 10:00")) == 100 + 450


def test_held_credits_are_used_before_those_that_never_expire(books: Books, ada: UUID) -> None:
    prepaid = Prepaid(books.database, ada)
    prepaid.grant(100, BEGIN)
    subscription_id = books.subscribe(ada, BEGIN)
    books.answer(BEGIN)
    books.pause(subscription_id, utc("2026-02-10 10:00"))
    prepaid.use(499, utc("2026-03-10 10:00"))
    books.resume(subscription_id, utc("2026-03-12 10:00"))
    assert credits_expired(books, utc("2026-03-30 10:00")) == 1
    assert credits_until(books, ada, utc("2026-03-30 10:00")) == (100, None)


def test_nothing_is_bought_for_a_paused_customer_whose_credits_would_have_expired(books: Books, ada: UUID) -> None:
    subscription_id = books.subscribe(ada, BEGIN)
    books.answer(BEGIN)
    with books.database.transaction() as session:
        set_top_up(session, ada, "starter", 50, 3, BEGIN)
    books.pause(subscription_id, utc("2026-02-10 10:00"))
    march = utc("2026-03-10 10:00")
    assert credits_expired(books, march) == 0
    with books.database.transaction() as session:
        assert due_top_ups(session, Timeline(None, march), 100) == []
    assert (books.answer(march), books.paid_minor(ada)) == (0, 9_900)


def test_who_leaves_in_a_pause_keeps_the_credits_for_the_days_that_were_left(books: Books, ada: UUID) -> None:
    """Eighteen days were left of the period; another subscription's credits expire on their own day."""
    subscription_id, other_id = books.subscribe(ada, BEGIN), books.subscribe(ada, BEGIN)
    books.answer(BEGIN)
    books.pause(subscription_id, utc("2026-02-10 10:00"))
    assert credits_until(books, ada, utc("2026-02-10 10:00")) == (1_000, utc("2026-02-28 10:00"))
    books.cancel(other_id, utc("2026-02-11 10:00"))
    assert credits_expired(books, utc("2026-03-10 10:00")) == 500
    books.cancel(subscription_id, utc("2026-03-10 10:00"))
    assert credits_until(books, ada, utc("2026-03-10 10:00")) == (500, utc("2026-03-28 10:00"))


def test_what_was_to_end_with_its_period_can_be_kept_in_the_pause(books: Books, ada: UUID) -> None:
    """The period stands still, so its end has not come though the calendar has passed it; after the pause it comes."""
    subscription_id, march = books.subscribe(ada, BEGIN), utc("2026-03-10 10:00")
    books.answer(BEGIN)
    books.cancel(subscription_id, utc("2026-02-05 10:00"), at_period_end=True)
    books.pause(subscription_id, utc("2026-02-10 10:00"))
    _reactivate(books, subscription_id, march)
    assert not books.subscription(subscription_id).cancel_at_period_end
    books.cancel(subscription_id, march)
    with pytest.raises(Rejected, match="subscription_ended"):
        _reactivate(books, subscription_id, march)


def test_what_was_to_end_with_its_period_ends_when_that_has_run_on(books: Books, ada: UUID) -> None:
    subscription_id = books.subscribe(ada, BEGIN)
    books.answer(BEGIN)
    books.cancel(subscription_id, utc("2026-02-05 10:00"), at_period_end=True)
    books.pause(subscription_id, utc("2026-02-10 10:00"))
    books.resume(subscription_id, utc("2026-03-12 10:00"))
    with pytest.raises(Rejected, match="subscription_ended"):
        _reactivate(books, subscription_id, utc("2026-03-30 10:00"))
    books.come_due(utc("2026-03-30 10:00"))
    assert books.subscription(subscription_id).ended_at == utc("2026-03-30 10:00")


def _reactivate(books: Books, subscription_id: UUID, now: datetime) -> None:
    with books.database.transaction() as session:
        reactivate_subscription(lock_subscription(session, subscription_id), now)


def test_two_of_one_customer_that_resume_in_one_batch_both_release_their_credits(books: Books, ada: UUID) -> None:
    """Paused on the 10th and on the 15th of February until the 20th: ten and five days later."""
    first_id, second_id = books.subscribe(ada, BEGIN), books.subscribe(ada, BEGIN)
    books.answer(BEGIN)
    books.pause(first_id, utc("2026-02-10 10:00"), utc("2026-02-20 10:00"))
    books.pause(second_id, utc("2026-02-15 10:00"), utc("2026-02-20 10:00"))
    assert credits_until(books, ada, utc("2026-02-20 10:00")) == (1_000, None)
    assert books.come_due(utc("2026-02-20 11:00")) == 2
    assert credits_until(books, ada, utc("2026-03-05 09:59:59")) == (1_000, utc("2026-03-05 10:00"))
    assert credits_until(books, ada, utc("2026-03-05 10:00")) == (500, utc("2026-03-10 10:00"))
