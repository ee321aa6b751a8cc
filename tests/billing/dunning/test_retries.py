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


def test_a_declined_renewal_is_past_due_and_planned_at_the_hour_that_paid_before(dunned: Dunned, ada: UUID) -> None:
    subscription_id = dunned.subscribe(ada, JANUARY)
    dunned.answer(JANUARY)
    dunned.come_due(FEBRUARY)
    dunned.answer(utc("2026-02-15 16:30"), BROKE)

    dunning, subscription = dunned.dunning(), dunned.subscription(subscription_id)
    assert (subscription.status, subscription.due_at) == (SubscriptionStatus.PAST_DUE, None)
    assert (dunning.state, dunning.attempts, dunning.last_code) == (DunningState.OPEN, 1, BROKE)
    assert (dunning.next_attempt_at, dunning.ends_at) == (utc("2026-02-16 10:30"), utc("2026-02-22 10:30"))
    terms = {"retry_days": [1, 3, 5, 7], "at_the_end": "cancel", "tries_other_cards": True}
    assert dunning.policy == {"slug": "default", "hour": 10} | terms
    assert dunned.mails("payment_failed") == 1


def test_four_retries_fail_and_the_subscription_ends(dunned: Dunned, ada: UUID) -> None:
    subscription_id = declined_renewal(dunned, ada, BROKE)
    for day in ("16", "18", "20", "22"):
        at = utc(f"2026-02-{day} 10:00")
        assert dunned.sweep(at - timedelta(seconds=1)) == (0, 0)
        assert dunned.sweep(at) == (1, 0)
        assert dunned.sweep(at) == (0, 0)
        assert dunned.subscription(subscription_id).status is SubscriptionStatus.PAST_DUE
        dunned.answer(at, BROKE)

    assert dunned.sweep(utc("2026-02-22 10:01")) == (0, 1)
    subscription, dunning = dunned.subscription(subscription_id), dunned.dunning()
    assert (subscription.status, subscription.ended_at) == (SubscriptionStatus.CANCELED, utc("2026-02-22 10:01"))
    assert (dunning.state, dunning.attempts) == (DunningState.EXHAUSTED, 5)
    assert dunned.invoices(ada)[1].status is InvoiceStatus.UNCOLLECTIBLE
    assert (dunned.mails("payment_failed"), dunned.mails("subscription_canceled")) == (5, 1)
    assert dunned.sweep(utc("2026-03-22 10:00")) == (0, 0)
    assert dunned.come_due(utc("2026-04-15 10:00")) == 0


def test_the_second_retry_pays_and_the_cycle_goes_on_from_its_own_day(dunned: Dunned, ada: UUID) -> None:
    subscription_id = declined_renewal(dunned, ada, BROKE)
    dunned.sweep(utc("2026-02-16 10:00"))
    dunned.answer(utc("2026-02-16 10:00"), BROKE)
    dunned.sweep(utc("2026-02-18 10:00"))
    dunned.answer(utc("2026-02-18 10:00"))

    dunning, subscription = dunned.dunning(), dunned.subscription(subscription_id)
    assert (dunning.state, dunning.closed_at) == (DunningState.RECOVERED, utc("2026-02-18 10:00"))
    assert (subscription.status, subscription.due_at) == (SubscriptionStatus.ACTIVE, utc("2026-03-15 10:00"))
    assert dunned.sweep(utc("2026-02-22 10:00")) == (0, 0)
    assert dunned.come_due(utc("2026-03-15 10:00")) == 1


def test_a_stolen_card_is_not_tried_again_and_without_a_new_one_it_ends_on_the_same_day(
    dunned: Dunned, ada: UUID
) -> None:
    subscription_id = declined_renewal(dunned, ada, STOLEN)
    dunning = dunned.dunning()
    assert (dunning.needs_new_card, dunning.next_attempt_at) == (True, None)
    assert dunned.sweep(utc("2026-02-22 09:59")) == (0, 0)
    assert dunned.sweep(utc("2026-02-22 10:00")) == (0, 1)
    assert dunned.subscription(subscription_id).status is SubscriptionStatus.CANCELED


def test_a_new_card_is_charged_at_once_and_pays(dunned: Dunned, ada: UUID) -> None:
    subscription_id = declined_renewal(dunned, ada, STOLEN)
    saturday = utc("2026-02-21 20:00")
    assert dunned.new_card(ada, saturday) == 1
    assert dunned.dunning().needs_new_card is False
    assert dunned.new_card(ada, saturday) == 0, "the first charge is still under way"
    dunned.answer(saturday)
    assert dunned.subscription(subscription_id).status is SubscriptionStatus.ACTIVE
    assert dunned.dunning().state is DunningState.RECOVERED
    assert dunned.paid_minor(ada) == 2 * 9_900


def test_a_new_card_without_money_goes_on_with_the_old_plan(dunned: Dunned, ada: UUID) -> None:
    declined_renewal(dunned, ada, STOLEN)
    dunned.new_card(ada, utc("2026-02-19 12:00"))
    dunned.answer(utc("2026-02-19 12:00"), BROKE)
    assert dunned.dunning().next_attempt_at == utc("2026-02-20 10:00")


def test_a_card_that_came_while_the_old_one_was_being_refused_is_charged_as_well(dunned: Dunned, ada: UUID) -> None:
    declined_renewal(dunned, ada, BROKE)
    monday = utc("2026-02-16 10:00")
    dunned.sweep(monday)
    assert dunned.new_card(ada, monday) == 0
    dunned.answer(monday, STOLEN)
    assert dunned.dunning().needs_new_card is False
    assert dunned.answer(monday) == 1
    assert dunned.dunning().state is DunningState.RECOVERED


def test_a_start_that_is_declined_has_no_plan_but_a_new_card_may_still_pay_it(dunned: Dunned, ada: UUID) -> None:
    subscription_id = dunned.subscribe(ada, JANUARY)
    dunned.answer(JANUARY, BROKE)
    assert dunned.sweep(JANUARY + timedelta(days=1)) == (0, 0)
    assert dunned.mails("payment_failed") == 1
    assert dunned.new_card(ada, JANUARY + timedelta(hours=2)) == 1
    dunned.answer(JANUARY + timedelta(hours=2))
    assert dunned.subscription(subscription_id).status is SubscriptionStatus.ACTIVE


def test_without_any_card_it_waits_for_one(dunned: Dunned) -> None:
    eve = dunned.open("Eve")
    subscription_id = dunned.subscribe(eve, JANUARY, trial_days=14)
    dunned.come_due(utc("2026-01-29 10:00"))
    dunning = dunned.dunning()
    assert (dunning.attempts, dunning.last_code, dunning.needs_new_card) == (0, "no_card", True)
    assert dunned.new_card(eve, utc("2026-02-01 10:00")) == 1
    dunned.answer(utc("2026-02-01 10:00"))
    assert dunned.subscription(subscription_id).status is SubscriptionStatus.ACTIVE


def test_a_card_that_was_removed_before_the_retry_counts_as_none(dunned: Dunned, ada: UUID) -> None:
    declined_renewal(dunned, ada, BROKE)
    with dunned.database.transaction() as session:
        session.execute(text("UPDATE cards SET is_default = false"))
    assert dunned.sweep(utc("2026-02-16 10:00")) == (1, 0)
    dunning = dunned.dunning()
    assert (dunning.attempts, dunning.needs_new_card, dunning.next_attempt_at) == (1, True, None)


def test_after_ten_days_of_downtime_it_is_tried_once_before_it_ends(dunned: Dunned, ada: UUID) -> None:
    subscription_id = declined_renewal(dunned, ada, BROKE)
    late = utc("2026-02-25 08:00")
    assert dunned.sweep(late) == (1, 0)
    dunned.answer(late, BROKE)
    assert dunned.sweep(late) == (0, 1)
    assert dunned.subscription(subscription_id).status is SubscriptionStatus.CANCELED


def test_a_charge_without_an_answer_is_neither_repeated_nor_given_up(dunned: Dunned, ada: UUID) -> None:
    declined_renewal(dunned, ada, BROKE)
    dunned.sweep(utc("2026-02-16 10:00"))
    with dunned.database.transaction() as session:
        live = PaymentAttempt.status == AttemptStatus.CREATED
        session.execute(update(PaymentAttempt).where(live).values(status=AttemptStatus.UNKNOWN))
    assert dunned.sweep(utc("2026-03-15 10:00")) == (0, 0)
    assert dunned.new_card(ada, utc("2026-02-17 10:00")) == 0


def test_sixteen_sweeps_at_once_begin_one_charge(dunned: Dunned, ada: UUID) -> None:
    declined_renewal(dunned, ada, BROKE)
    now = utc("2026-02-16 10:00")
    with ThreadPoolExecutor(16) as workers:
        begun = list(workers.map(lambda _: dunned.sweep(now)[0], range(16)))
    assert sum(begun) == 1
    assert dunned.answer(now) == 1


def test_on_a_test_clock_time_is_that_of_the_clock(dunned: Dunned, ada: UUID) -> None:
    clock_id = uuid7()
    with dunned.database.transaction() as session:
        session.add(TestClock(id=clock_id, name="a year", frozen_at=JANUARY, target_at=JANUARY))
        session.flush()
        session.execute(text("UPDATE accounts SET clock_id = :clock_id"), {"clock_id": clock_id})
    subscription_id = dunned.subscribe(ada, JANUARY)
    wall = utc("2031-07-01 00:00")
    dunned.answer(wall)
    assert dunned.mails("invoice_pdf") == 0
    assert dunned.mails("subscription_activated") == 1
    with dunned.database.transaction() as session:
        session.execute(update(TestClock).values(frozen_at=FEBRUARY, target_at=FEBRUARY))
        come_due(session, [subscription_id], FEBRUARY)
    dunned.answer(wall, BROKE)
    assert dunned.dunning().next_attempt_at == utc("2026-02-16 10:00")
    assert dunned.sweep(wall) == (0, 0)
    assert dunned.sweep(utc("2026-02-16 10:00"), clock_id) == (1, 0)
