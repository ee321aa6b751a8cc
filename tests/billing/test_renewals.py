"""Subscriptions in the books: they start, renew, and keep their day of the month."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from billing.catalog.publish_plan import PlanContent, publish_plan
from billing.catalog.tables import Interval
from billing.clocks.timelines import Timeline
from billing.cycle.renewal.come_due import come_due
from billing.cycle.renewal.due import claim_due
from billing.cycle.renewal.migrate import migrate_subscriptions
from billing.invoices.tables import InvoiceReason, InvoiceStatus
from billing.subscriptions.tables import Subscription, SubscriptionStatus
from tests.billing.subscribers import Books, utc


def test_a_subscription_starts_with_a_payment_and_renews_a_month_later(books: Books, ada: UUID) -> None:
    started = utc("2026-01-31 10:00")
    subscription_id = books.subscribe(ada, started)
    assert books.subscription(subscription_id).status is SubscriptionStatus.INCOMPLETE

    books.answer(started)
    assert books.subscription(subscription_id).status is SubscriptionStatus.ACTIVE
    assert books.subscription(subscription_id).period_end == utc("2026-02-28 10:00")

    assert books.come_due(utc("2026-02-28 09:59:59")) == 0
    assert books.come_due(utc("2026-02-28 10:00")) == 1
    books.answer(utc("2026-02-28 10:01"))

    start, renewal = books.invoices(ada)
    assert (start.number, start.reason, start.total_minor) == ("INV-2026-01-00001", InvoiceReason.START, 9_900)
    assert (renewal.number, renewal.reason, renewal.status) == (
        "INV-2026-02-00001", InvoiceReason.RENEWAL, InvoiceStatus.PAID,
    )  # fmt: skip
    assert books.subscription(subscription_id).period_end == utc("2026-03-31 10:00")


def test_a_month_end_is_kept_for_four_years(books: Books, ada: UUID) -> None:
    subscription_id = books.subscribe(ada, utc("2024-01-31 23:59:59"))
    books.answer(utc("2024-01-31 23:59:59"))
    days = []
    for _ in range(48):
        now = books.subscription(subscription_id).period_end
        assert books.come_due(now) == 1
        books.answer(now)
        days.append(now.day)
    after_january = [31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31]
    assert days == [29, *after_january] + 3 * [28, *after_january]
    assert books.paid_minor(ada) == 49 * 9_900


def test_a_leap_day_comes_back_every_fourth_year(books: Books, ada: UUID) -> None:
    subscription_id = books.subscribe(ada, utc("2024-02-29 08:00"), interval="year")
    books.answer(utc("2024-02-29 08:00"))
    ends = []
    for _ in range(4):
        now = books.subscription(subscription_id).period_end
        books.come_due(now)
        books.answer(now)
        ends.append(f"{now:%Y-%m-%d}")
    assert ends == ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]
    assert books.paid_minor(ada) == 5 * 99_000


def test_two_weeks_of_downtime_are_caught_up_period_by_period(books: Books, ada: UUID) -> None:
    """Down from 25 April to 9 July: three periods were missed, each is billed once, for its own time."""
    books.subscribe(ada, utc("2026-03-30 10:00"))
    books.answer(utc("2026-03-30 10:00"))
    assert books.catch_up(utc("2026-07-09 12:00")) == 3
    assert books.catch_up(utc("2026-07-09 12:00")) == 0
    books.answer(utc("2026-07-09 12:01"))
    with books.database.transaction() as session:
        periods = session.execute(text("SELECT period_start, period_end FROM subscription_periods ORDER BY 1")).all()
    assert [(f"{row[0]:%m-%d}", f"{row[1]:%m-%d}") for row in periods] == [
        ("03-30", "04-30"), ("04-30", "05-30"), ("05-30", "06-30"), ("06-30", "07-30"),
    ]  # fmt: skip
    assert {invoice.status for invoice in books.invoices(ada)} == {InvoiceStatus.PAID}


def test_a_trial_without_a_card_ends_past_due_and_with_one_it_is_paid(books: Books, ada: UUID) -> None:
    eve = books.open("Eve")
    paying = books.subscribe(ada, utc("2026-05-01 10:00"), trial_days=14)
    broke = books.subscribe(eve, utc("2026-05-01 10:00"), trial_days=14)
    assert books.invoices(ada) == []
    assert books.come_due(utc("2026-05-15 10:00")) == 2
    books.answer(utc("2026-05-15 10:01"))
    assert books.subscription(paying).status is SubscriptionStatus.ACTIVE
    assert books.subscription(paying).period_end == utc("2026-06-15 10:00")
    assert books.subscription(broke).status is SubscriptionStatus.PAST_DUE


def test_canceled_on_the_last_second_it_does_not_renew(books: Books, ada: UUID) -> None:
    from billing.cycle.end.cancel import cancel_subscription
    from billing.subscriptions.queries import lock_subscription

    subscription_id = books.subscribe(ada, utc("2026-01-15 10:00"))
    books.answer(utc("2026-01-15 10:00"))
    with books.database.transaction() as session:
        last_second = utc("2026-02-15 09:59:59")
        subscription = lock_subscription(session, subscription_id)
        cancel_subscription(session, subscription, at_period_end=True, cause="1", now=last_second)
    books.come_due(utc("2026-02-16 00:00"))
    ended = books.subscription(subscription_id)
    assert (ended.status, ended.ended_at) == (SubscriptionStatus.CANCELED, utc("2026-02-15 10:00"))
    assert len(books.invoices(ada)) == 1


def test_a_start_that_nobody_pays_expires_and_its_bill_is_void(books: Books, ada: UUID) -> None:
    subscription_id = books.subscribe(ada, utc("2026-01-15 10:00"))
    books.answer(utc("2026-01-15 10:00"), decline="insufficient_funds")
    assert books.subscription(subscription_id).status is SubscriptionStatus.INCOMPLETE
    books.come_due(utc("2026-01-16 09:00"))
    assert books.subscription(subscription_id).status is SubscriptionStatus.EXPIRED
    assert [invoice.status for invoice in books.invoices(ada)] == [InvoiceStatus.VOID]


def test_sixteen_workers_on_the_same_due_subscription_bill_it_once(books: Books, ada: UUID) -> None:
    books.subscribe(ada, utc("2026-01-15 10:00"))
    books.answer(utc("2026-01-15 10:00"))
    now = utc("2026-02-15 10:00")
    with ThreadPoolExecutor(16) as workers:
        counts = list(workers.map(lambda _: books.come_due(now), range(16)))
    assert sum(counts) == 1
    assert len(books.invoices(ada)) == 2
    assert books.answer(now) == 1


def test_the_database_refuses_to_bill_a_period_twice(books: Books, ada: UUID) -> None:
    """Even if somebody sets the clock of a subscription back."""
    subscription_id = books.subscribe(ada, utc("2026-01-15 10:00"))
    books.answer(utc("2026-01-15 10:00"))
    now = utc("2026-02-15 10:00")
    before = books.subscription(subscription_id)
    books.come_due(now)
    with books.database.transaction() as session:
        again = session.scalars(select(Subscription)).one()
        again.period_start, again.period_end, again.due_at = before.period_start, before.period_end, before.due_at
    with pytest.raises(IntegrityError), books.database.transaction() as session:
        come_due(session, claim_due(session, Timeline(None, now), 10), now)
    with books.database.transaction() as session:
        session.execute(text("UPDATE subscriptions SET due_at = NULL"))


def test_a_new_price_is_for_new_customers_until_the_others_are_migrated(books: Books, ada: UUID) -> None:
    running = books.subscribe(ada, utc("2026-01-15 10:00"))
    books.answer(utc("2026-01-15 10:00"))
    content = PlanContent(700, {("USD", Interval.MONTH): 10_900})
    with books.database.transaction() as session:
        assert publish_plan(session, "starter", "Starter", content) == 2

    books.come_due(utc("2026-02-15 10:00"))
    books.answer(utc("2026-02-15 10:00"))
    with books.database.transaction() as session:
        assert migrate_subscriptions(session, "starter", dry_run=True) == 1
    with books.database.transaction() as session:
        assert migrate_subscriptions(session, "starter") == 1
        assert migrate_subscriptions(session, "starter") == 0
    books.come_due(utc("2026-03-15 10:00"))
    books.answer(utc("2026-03-15 10:00"))
    assert [invoice.total_minor for invoice in books.invoices(ada)] == [9_900, 9_900, 10_900]
    assert books.subscription(running).next_price_id is None
