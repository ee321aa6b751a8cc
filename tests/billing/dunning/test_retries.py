"""An unpaid invoice is tried again on a plan and recovers with a card that pays."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text, update

from billing.clocks.tables import TestClock
from billing.cycle.renewal.come_due import come_due
from billing.dunning.tables import DunningState
from billing.invoices.tables import InvoiceStatus
from billing.payments.tables import AttemptStatus, PaymentAttempt
from billing.subscriptions.tables import SubscriptionStatus
from database.ids import uuid7
from tests.billing.dunning.dunned import BROKE, FEBRUARY, JANUARY, STOLEN, Dunned, declined_renewal
from tests.billing.subscribers import utc


def test_a_declined_renewal_is_past_due_and_planned_at_the_hour_that_paid_before(books: Dunned, ada: UUID) -> None:
    subscription_id = books.subscribe(ada, JANUARY)
    books.answer(JANUARY)
    books.come_due(FEBRUARY)
    books.answer(utc("2026-02-15 16:30"), BROKE)

    dunning, subscription = books.dunning(), books.subscription(subscription_id)
    assert (subscription.status, subscription.due_at) == (SubscriptionStatus.PAST_DUE, None)
    assert (dunning.state, dunning.attempts, dunning.last_code) == (DunningState.OPEN, 1, BROKE)
    assert (dunning.next_attempt_at, dunning.ends_at) == (utc("2026-02-16 10:30"), utc("2026-02-22 10:30"))
    assert dunning.policy == {"slug": "default", "retry_days": [1, 3, 5, 7], "at_the_end": "cancel", "hour": 10}
    assert books.mails("payment_failed") == 1


def test_four_retries_fail_and_the_subscription_ends(books: Dunned, ada: UUID) -> None:
    subscription_id = declined_renewal(books, ada, BROKE)
    for day in ("16", "18", "20", "22"):
        at = utc(f"2026-02-{day} 10:00")
        assert books.sweep(at - timedelta(seconds=1)) == (0, 0)
        assert books.sweep(at) == (1, 0)
        assert books.sweep(at) == (0, 0)
        assert books.subscription(subscription_id).status is SubscriptionStatus.PAST_DUE
        books.answer(at, BROKE)

    assert books.sweep(utc("2026-02-22 10:01")) == (0, 1)
    subscription, dunning = books.subscription(subscription_id), books.dunning()
    assert (subscription.status, subscription.ended_at) == (SubscriptionStatus.CANCELED, utc("2026-02-22 10:01"))
    assert (dunning.state, dunning.attempts) == (DunningState.EXHAUSTED, 5)
    assert books.invoices(ada)[1].status is InvoiceStatus.UNCOLLECTIBLE
    assert (books.mails("payment_failed"), books.mails("subscription_cancelled")) == (5, 1)
    assert books.sweep(utc("2026-03-22 10:00")) == (0, 0)
    assert books.come_due(utc("2026-04-15 10:00")) == 0


def test_the_second_retry_pays_and_the_cycle_goes_on_from_its_own_day(books: Dunned, ada: UUID) -> None:
    subscription_id = declined_renewal(books, ada, BROKE)
    books.sweep(utc("2026-02-16 10:00"))
    books.answer(utc("2026-02-16 10:00"), BROKE)
    books.sweep(utc("2026-02-18 10:00"))
    books.answer(utc("2026-02-18 10:00"))

    dunning, subscription = books.dunning(), books.subscription(subscription_id)
    assert (dunning.state, dunning.closed_at) == (DunningState.RECOVERED, utc("2026-02-18 10:00"))
    assert (subscription.status, subscription.due_at) == (SubscriptionStatus.ACTIVE, utc("2026-03-15 10:00"))
    assert books.sweep(utc("2026-02-22 10:00")) == (0, 0)
    assert books.come_due(utc("2026-03-15 10:00")) == 1


def test_a_stolen_card_is_not_tried_again_and_without_a_new_one_it_ends_on_the_same_day(
    books: Dunned, ada: UUID
) -> None:
    subscription_id = declined_renewal(books, ada, STOLEN)
    dunning = books.dunning()
    assert (dunning.needs_new_card, dunning.next_attempt_at) == (True, None)
    assert books.sweep(utc("2026-02-22 09:59")) == (0, 0)
    assert books.sweep(utc("2026-02-22 10:00")) == (0, 1)
    assert books.subscription(subscription_id).status is SubscriptionStatus.CANCELED


def test_a_new_card_is_charged_at_once_and_pays(books: Dunned, ada: UUID) -> None:
    subscription_id = declined_renewal(books, ada, STOLEN)
    saturday = utc("2026-02-21 20:00")
    assert books.new_card(ada, saturday) == 1
    assert books.dunning().needs_new_card is False
    assert books.new_card(ada, saturday) == 0, "the first charge is still under way"
    books.answer(saturday)
    assert books.subscription(subscription_id).status is SubscriptionStatus.ACTIVE
    assert books.dunning().state is DunningState.RECOVERED
    assert books.paid_minor(ada) == 2 * 9_900


def test_a_new_card_without_money_goes_on_with_the_old_plan(books: Dunned, ada: UUID) -> None:
    declined_renewal(books, ada, STOLEN)
    books.new_card(ada, utc("2026-02-19 12:00"))
    books.answer(utc("2026-02-19 12:00"), BROKE)
    assert books.dunning().next_attempt_at == utc("2026-02-20 10:00")


def test_a_card_that_came_while_the_old_one_was_being_refused_is_charged_as_well(books: Dunned, ada: UUID) -> None:
    declined_renewal(books, ada, BROKE)
    monday = utc("2026-02-16 10:00")
    books.sweep(monday)
    assert books.new_card(ada, monday) == 0
    books.answer(monday, STOLEN)
    assert books.dunning().needs_new_card is False
    assert books.answer(monday) == 1
    assert books.dunning().state is DunningState.RECOVERED


def test_a_start_that_is_declined_has_no_plan_but_a_new_card_may_still_pay_it(books: Dunned, ada: UUID) -> None:
    subscription_id = books.subscribe(ada, JANUARY)
    books.answer(JANUARY, BROKE)
    assert books.sweep(JANUARY + timedelta(days=1)) == (0, 0)
    assert books.mails("payment_failed") == 1
    assert books.new_card(ada, JANUARY + timedelta(hours=2)) == 1
    books.answer(JANUARY + timedelta(hours=2))
    assert books.subscription(subscription_id).status is SubscriptionStatus.ACTIVE


def test_without_any_card_it_waits_for_one(books: Dunned) -> None:
    eve = books.open("Eve")
    subscription_id = books.subscribe(eve, JANUARY, trial_days=14)
    books.come_due(utc("2026-01-29 10:00"))
    dunning = books.dunning()
    assert (dunning.attempts, dunning.last_code, dunning.needs_new_card) == (0, "no_card", True)
    assert books.new_card(eve, utc("2026-02-01 10:00")) == 1
    books.answer(utc("2026-02-01 10:00"))
    assert books.subscription(subscription_id).status is SubscriptionStatus.ACTIVE


def test_a_card_that_was_removed_before_the_retry_counts_as_none(books: Dunned, ada: UUID) -> None:
    declined_renewal(books, ada, BROKE)
    with books.database.transaction() as session:
        session.execute(text("UPDATE cards SET is_default = false"))
    assert books.sweep(utc("2026-02-16 10:00")) == (1, 0)
    dunning = books.dunning()
    assert (dunning.attempts, dunning.needs_new_card, dunning.next_attempt_at) == (1, True, None)


def test_after_ten_days_of_downtime_it_is_tried_once_before_it_ends(books: Dunned, ada: UUID) -> None:
    subscription_id = declined_renewal(books, ada, BROKE)
    late = utc("2026-02-25 08:00")
    assert books.sweep(late) == (1, 0)
    books.answer(late, BROKE)
    assert books.sweep(late) == (0, 1)
    assert books.subscription(subscription_id).status is SubscriptionStatus.CANCELED


def test_a_charge_without_an_answer_is_neither_repeated_nor_given_up(books: Dunned, ada: UUID) -> None:
    declined_renewal(books, ada, BROKE)
    books.sweep(utc("2026-02-16 10:00"))
    with books.database.transaction() as session:
        live = PaymentAttempt.status == AttemptStatus.CREATED
        session.execute(update(PaymentAttempt).where(live).values(status=AttemptStatus.UNKNOWN))
    assert books.sweep(utc("2026-03-15 10:00")) == (0, 0)
    assert books.new_card(ada, utc("2026-02-17 10:00")) == 0


def test_sixteen_sweeps_at_once_begin_one_charge(books: Dunned, ada: UUID) -> None:
    declined_renewal(books, ada, BROKE)
    now = utc("2026-02-16 10:00")
    with ThreadPoolExecutor(16) as workers:
        begun = list(workers.map(lambda _: books.sweep(now)[0], range(16)))
    assert sum(begun) == 1
    assert books.answer(now) == 1


def test_on_a_test_clock_time_is_that_of_the_clock(books: Dunned, ada: UUID) -> None:
    clock_id = uuid7()
    with books.database.transaction() as session:
        session.add(TestClock(id=clock_id, name="a year", frozen_at=JANUARY, target_at=JANUARY))
        session.flush()
        session.execute(text("UPDATE accounts SET clock_id = :clock_id"), {"clock_id": clock_id})
    subscription_id = books.subscribe(ada, JANUARY)
    wall = utc("2031-07-01 00:00")
    books.answer(wall)
    assert books.mails("invoice_pdf") == 0
    assert books.mails("subscription_activated") == 1
    with books.database.transaction() as session:
        session.execute(update(TestClock).values(frozen_at=FEBRUARY, target_at=FEBRUARY))
        come_due(session, [subscription_id], FEBRUARY)
    books.answer(wall, BROKE)
    assert books.dunning().next_attempt_at == utc("2026-02-16 10:00")
    assert books.sweep(wall) == (0, 0)
    assert books.sweep(utc("2026-02-16 10:00"), clock_id) == (1, 0)
