"""Pauses that a dunning policy makes in the end: what was paid for is kept, what was not is not given."""

from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import text

from billing.cycle.bill import Bill, bill
from billing.dunning.tables import DunningEnd
from billing.errors import Rejected
from billing.invoices.rules import LineDraft
from billing.invoices.tables import InvoiceReason, InvoiceStatus
from billing.money import Money
from billing.periods import Period
from billing.subscriptions.queries import lock_subscription
from billing.subscriptions.tables import SubscriptionStatus
from tests.billing.lasting import credits_expired, credits_until
from tests.billing.subscribers import Books, utc

BEGIN = utc("2026-01-31 10:00")


def test_an_upgrade_that_was_never_paid_is_not_given_by_resuming(books: Books, ada: UUID) -> None:
    """Under a policy that pauses in the end, the unpaid plan is neither used nor turned into kept money.

    It was planned for the second period, which began with it.
    """
    books.policy("rest", [1], DunningEnd.PAUSE)
    subscription_id = books.subscribe(ada, BEGIN, dunning_policy="rest")
    books.answer(BEGIN)
    books.change(subscription_id, "scale", utc("2026-02-01 10:00"), when="period_end")
    books.come_due(utc("2026-02-28 10:00"))
    books.answer(utc("2026-02-28 10:00"), decline="lost_card")
    books.end_dunnings(utc("2026-03-02 10:00"))
    assert books.subscription(subscription_id).status is SubscriptionStatus.PAUSED
    books.resume(subscription_id, utc("2026-03-04 10:00"))
    assert credits_until(books, ada, utc("2026-03-04 10:00")) == (0, None)
    assert books.come_due(utc("2026-03-04 10:00")) == 1, "a new period begins, and is billed"
    with pytest.raises(Rejected, match="invoice_open"):
        books.change(subscription_id, "starter", utc("2026-03-04 10:00"), when="now")
    books.answer(utc("2026-03-04 10:00"))
    resumed = books.subscription(subscription_id)
    assert (resumed.status, resumed.period_start) == (SubscriptionStatus.ACTIVE, utc("2026-03-04 10:00"))
    statuses = [invoice.status for invoice in books.invoices(ada)]
    assert statuses == [InvoiceStatus.PAID, InvoiceStatus.UNCOLLECTIBLE, InvoiceStatus.PAID]
    assert (books.kept_minor(ada), books.paid_minor(ada)) == (0, 9_900 + 29_900)


def test_a_pause_that_dunning_makes_holds_credits_too(books: Books, ada: UUID) -> None:
    """Twenty-five days are left of what was paid for when an extra is given up; they are left a month later."""
    books.policy("rest", [1], DunningEnd.PAUSE)
    subscription_id = books.subscribe(ada, BEGIN, dunning_policy="rest")
    books.answer(BEGIN)
    _bill_extra(books, subscription_id, LineDraft("Extra", 1, Money(1_000, "USD")), utc("2026-02-01 10:00"))
    books.answer(utc("2026-02-01 10:00"), decline="lost_card")
    books.end_dunnings(utc("2026-02-03 10:00"))
    assert books.subscription(subscription_id).status is SubscriptionStatus.PAUSED
    assert credits_expired(books, utc("2026-03-05 10:00")) == 0
    assert credits_until(books, ada, utc("2026-03-05 10:00")) == (500, None)
    books.resume(subscription_id, utc("2026-03-05 10:00"))
    assert credits_until(books, ada, utc("2026-03-05 10:00")) == (500, utc("2026-03-30 10:00"))


def test_what_a_payment_grants_that_comes_in_the_pause_waits_with_the_rest(books: Books, ada: UUID) -> None:
    """An extra of 70 credits, until the period's end, is given up after two days, and was captured after all."""
    books.policy("rest", [1], DunningEnd.PAUSE)
    subscription_id, february = books.subscribe(ada, BEGIN, dunning_policy="rest"), utc("2026-02-01 10:00")
    books.answer(BEGIN)
    rest = Period(february, utc("2026-02-28 10:00"))
    line = LineDraft("Extra", 1, Money(1_000, "USD"), credits=70, credits_expire_at=rest.end, period=rest)
    _bill_extra(books, subscription_id, line, february)
    books.answer(february, decline="lost_card")
    books.end_dunnings(utc("2026-02-03 10:00"))
    assert credits_until(books, ada, utc("2026-02-04 10:00")) == (500, None)
    books.capture_late(utc("2026-02-04 10:00"))
    assert books.subscription(subscription_id).status is SubscriptionStatus.PAUSED
    assert credits_expired(books, utc("2026-03-05 10:00")) == 0
    assert credits_until(books, ada, utc("2026-03-05 10:00")) == (570, None)

    books.resume(subscription_id, utc("2026-03-05 10:00"))
    assert credits_until(books, ada, utc("2026-03-05 10:00")) == (570, utc("2026-03-30 10:00"))
    assert books.subscription(subscription_id).period_end == utc("2026-03-30 10:00")
    assert credits_until(books, ada, utc("2026-03-30 10:00")) == (0, None), "all of them, on the same second"


def test_the_credits_of_a_renewal_that_is_paid_in_the_pause_begin_with_its_end(books: Books, ada: UUID) -> None:
    """March was given up after two days of it, then captured after all: 29 days of it are left when it goes on."""
    books.policy("rest", [1], DunningEnd.PAUSE)
    subscription_id = books.subscribe(ada, BEGIN, dunning_policy="rest")
    books.answer(BEGIN)
    books.come_due(utc("2026-02-28 10:00"))
    books.answer(utc("2026-02-28 10:00"), decline="lost_card")
    books.end_dunnings(utc("2026-03-02 10:00"))
    assert credits_until(books, ada, utc("2026-03-03 10:00")) == (0, None)
    books.capture_late(utc("2026-03-03 10:00"))
    assert credits_until(books, ada, utc("2026-04-05 10:00")) == (500, None)

    books.resume(subscription_id, utc("2026-04-05 10:00"))
    assert credits_until(books, ada, utc("2026-04-05 10:00")) == (500, utc("2026-05-04 10:00"))
    assert books.subscription(subscription_id).period_end == utc("2026-05-04 10:00")


def test_a_pause_at_the_first_instant_of_a_period_leaves_it_a_second(books: Books, ada: UUID) -> None:
    """A policy without another try, on a clock that stands still: declined, paused and resumed within a second."""
    books.policy("at-once", [], DunningEnd.PAUSE)
    subscription_id, at = books.subscribe(ada, BEGIN, dunning_policy="at-once"), utc("2026-02-28 10:00")
    books.answer(BEGIN)
    books.come_due(at)
    books.answer(at, decline="insufficient_funds")
    books.end_dunnings(at)
    assert books.subscription(subscription_id).status is SubscriptionStatus.PAUSED
    books.resume(subscription_id, at)
    resumed = books.subscription(subscription_id)
    assert (resumed.status, resumed.period_end) == (SubscriptionStatus.ACTIVE, utc("2026-02-28 10:00:01"))
    books.come_due(utc("2026-02-28 10:00:01"))
    books.answer(utc("2026-02-28 10:00:01"))
    assert books.subscription(subscription_id).period_end == utc("2026-03-28 10:00:01")
    statuses = [invoice.status for invoice in books.invoices(ada)]
    assert statuses == [InvoiceStatus.PAID, InvoiceStatus.UNCOLLECTIBLE, InvoiceStatus.PAID]


def test_one_that_a_second_dunning_ends_in_its_pause_releases_its_credits(books: Books, ada: UUID) -> None:
    """Two extras are not paid: the policy of the first paused in the end, that of the second (edited since) cancels."""
    books.policy("rest", [1], DunningEnd.PAUSE)
    subscription_id, february = books.subscribe(ada, BEGIN, dunning_policy="rest"), utc("2026-02-01 10:00")
    books.answer(BEGIN)
    for number in range(2):
        _bill_extra(books, subscription_id, LineDraft("Extra", 1, Money(1_000, "USD")), february, number)
    books.answer(february, decline="lost_card")
    with books.database.transaction() as session:
        session.execute(
            text("UPDATE dunnings SET policy = policy || '{\"at_the_end\": \"cancel\"}', ends_at = '2026-02-08T10:00Z' "
                 "WHERE invoice_id = (SELECT id FROM invoices WHERE cause = 'extra/1')")
        )  # fmt: skip
    books.end_dunnings(utc("2026-02-03 10:00"))
    assert credits_until(books, ada, utc("2026-02-03 10:00")) == (500, None)
    books.end_dunnings(utc("2026-02-08 10:00"))
    assert books.subscription(subscription_id).status is SubscriptionStatus.CANCELED
    assert credits_until(books, ada, utc("2026-02-08 10:00")) == (500, utc("2026-03-05 10:00"))


def _bill_extra(books: Books, subscription_id: UUID, line: LineDraft, now: datetime, number: int = 0) -> None:
    """Something besides the plan, within a period that is paid for: not a change of plan, so it is dunned."""
    extra = Bill(InvoiceReason.CHANGE, f"extra/{number}", [line])
    with books.database.transaction() as session:
        bill(session, lock_subscription(session, subscription_id), extra, now)
