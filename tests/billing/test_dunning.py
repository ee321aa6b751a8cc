"""Dunning: an unpaid invoice is tried again on a plan, recovers with a card that pays, or ends as the policy says."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from billing.clocks.tables import TestClock
from billing.clocks.timelines import Timeline
from billing.dunning.end_due import due_ends, end_due
from billing.dunning.retry_due import due_retries, retry_due
from billing.dunning.tables import Dunning, DunningEnd, DunningPolicy, DunningState
from billing.invoices.rules import LineDraft
from billing.invoices.tables import Invoice, InvoiceReason, InvoiceStatus
from billing.money import Money
from billing.notices.trial_ending import notice_trial_ending
from billing.payments.tables import AttemptStatus, PaymentAttempt
from billing.subscriptions.bill import Bill, bill
from billing.subscriptions.cancel import cancel_subscription
from billing.subscriptions.come_due import come_due
from billing.subscriptions.queries import lock_subscription
from billing.subscriptions.tables import SubscriptionStatus
from database.engine import Database
from database.ids import uuid7
from database.outbox import OutboxEntry
from tests.billing.subscribers import Books, utc

JANUARY, FEBRUARY = utc("2026-01-15 10:00"), utc("2026-02-15 10:00")
BROKE, STOLEN = "insufficient_funds", "stolen_card"


class Dunned(Books):
    """Books, and a hand that sweeps what is dunned."""

    def sweep(self, now: datetime, clock_id: UUID | None = None) -> tuple[int, int]:
        """(retries begun, ends) on one timeline."""
        timeline = Timeline(clock_id, now)
        return self._each(due_retries, retry_due, timeline), self._each(due_ends, end_due, timeline)

    def _each(
        self,
        find: Callable[..., list[UUID]],
        act: Callable[..., bool],
        timeline: Timeline,
    ) -> int:
        with self.database.transaction() as session:
            ids = find(session, timeline, 100)
        done = 0
        for invoice_id in ids:
            with self.database.transaction() as session:
                done += act(session, invoice_id, timeline.now)
        return done

    def dunning(self) -> Dunning:
        """The only one there is."""
        with self.database.transaction() as session:
            return session.scalars(select(Dunning)).one()

    def mails(self, topic: str) -> int:
        """How many mails of a kind were staged."""
        with self.database.transaction() as session:
            return len(session.scalars(select(OutboxEntry.id).where(OutboxEntry.topic == topic)).all())

    def new_card(self, account_id: UUID, now: datetime) -> int:
        """The customer names another card; how many charges of it are under way."""
        card_id = self.give_card(account_id, now)
        live = select(PaymentAttempt.id).where(
            PaymentAttempt.card_id == card_id, PaymentAttempt.status == AttemptStatus.CREATED
        )
        with self.database.transaction() as session:
            return len(session.scalars(live).all())


@pytest.fixture
def books(database: Database) -> Iterator[Dunned]:
    """Books that are in order at the end of every story."""
    kept = Dunned(database)
    yield kept
    assert kept.disorder() == []


@pytest.fixture
def ada(books: Dunned) -> UUID:
    """A customer with a card."""
    account_id = books.open()
    books.give_card(account_id, utc("2026-01-01 09:00"))
    return account_id


def _renewal(books: Dunned, account_id: UUID, decline: str, **fields: object) -> UUID:
    """A subscription, paid at ten in January, whose renewal in February was declined."""
    subscription_id = books.subscribe(account_id, JANUARY, **fields)  # type: ignore[arg-type]  # `plan` is not among them
    books.answer(JANUARY)
    books.come_due(FEBRUARY)
    books.answer(FEBRUARY, decline)
    return subscription_id


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
    subscription_id = _renewal(books, ada, BROKE)
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
    subscription_id = _renewal(books, ada, BROKE)
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
    subscription_id = _renewal(books, ada, STOLEN)
    dunning = books.dunning()
    assert (dunning.needs_new_card, dunning.next_attempt_at) == (True, None)
    assert books.sweep(utc("2026-02-22 09:59")) == (0, 0)
    assert books.sweep(utc("2026-02-22 10:00")) == (0, 1)
    assert books.subscription(subscription_id).status is SubscriptionStatus.CANCELED


def test_a_new_card_is_charged_at_once_and_pays(books: Dunned, ada: UUID) -> None:
    subscription_id = _renewal(books, ada, STOLEN)
    saturday = utc("2026-02-21 20:00")
    assert books.new_card(ada, saturday) == 1
    assert books.dunning().needs_new_card is False
    assert books.new_card(ada, saturday) == 0, "the first charge is still under way"
    books.answer(saturday)
    assert books.subscription(subscription_id).status is SubscriptionStatus.ACTIVE
    assert books.dunning().state is DunningState.RECOVERED
    assert books.paid_minor(ada) == 2 * 9_900


def test_a_new_card_without_money_goes_on_with_the_old_plan(books: Dunned, ada: UUID) -> None:
    _renewal(books, ada, STOLEN)
    books.new_card(ada, utc("2026-02-19 12:00"))
    books.answer(utc("2026-02-19 12:00"), BROKE)
    assert books.dunning().next_attempt_at == utc("2026-02-20 10:00")


def test_a_card_that_came_while_the_old_one_was_being_refused_is_charged_as_well(books: Dunned, ada: UUID) -> None:
    _renewal(books, ada, BROKE)
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
    _renewal(books, ada, BROKE)
    with books.database.transaction() as session:
        session.execute(text("UPDATE cards SET is_default = false"))
    assert books.sweep(utc("2026-02-16 10:00")) == (1, 0)
    dunning = books.dunning()
    assert (dunning.attempts, dunning.needs_new_card, dunning.next_attempt_at) == (1, True, None)


@pytest.mark.parametrize(
    ("at_the_end", "status", "invoice_status", "mail"),
    [
        (DunningEnd.CANCEL, SubscriptionStatus.CANCELED, InvoiceStatus.UNCOLLECTIBLE, "subscription_cancelled"),
        (DunningEnd.PAUSE, SubscriptionStatus.PAUSED, InvoiceStatus.UNCOLLECTIBLE, "subscription_paused"),
        (DunningEnd.MARK_UNPAID, SubscriptionStatus.PAST_DUE, InvoiceStatus.PENDING, ""),
    ],
)
def test_the_end_is_the_one_of_the_policy_it_began_with(
    books: Dunned,
    ada: UUID,
    at_the_end: DunningEnd,
    status: SubscriptionStatus,
    invoice_status: InvoiceStatus,
    mail: str,
) -> None:
    slug = books.policy("strict", [2], at_the_end)
    subscription_id = _renewal(books, ada, BROKE, dunning_policy=slug)
    with books.database.transaction() as session:
        session.execute(update(DunningPolicy).values(retry_days=[60], at_the_end=DunningEnd.CANCEL))
    tuesday = utc("2026-02-17 10:00")
    assert books.sweep(tuesday) == (1, 0)
    books.answer(tuesday, BROKE)
    assert books.sweep(tuesday) == (0, 1)
    assert books.subscription(subscription_id).status is status
    assert (books.dunning().state, books.invoices(ada)[1].status) == (DunningState.EXHAUSTED, invoice_status)
    staged = {topic: books.mails(topic) for topic in ("subscription_cancelled", "subscription_paused")}
    assert {topic for topic, count in staged.items() if count} == ({mail} if mail else set())


def test_money_that_comes_after_the_end_of_an_unpaid_one_makes_it_active_again(books: Dunned, ada: UUID) -> None:
    """The last charge was declined, marked unpaid, and captured after all: a gateway may change its mind once."""
    slug = books.policy("patient", [1], DunningEnd.MARK_UNPAID)
    subscription_id = _renewal(books, ada, STOLEN, dunning_policy=slug)
    books.sweep(utc("2026-02-16 10:00"))
    assert books.dunning().state is DunningState.EXHAUSTED
    with books.database.transaction() as session:
        failed = PaymentAttempt.status == AttemptStatus.FAILED
        session.execute(update(PaymentAttempt).where(failed).values(status=AttemptStatus.CREATED))
    books.answer(utc("2026-02-17 10:00"))
    assert books.subscription(subscription_id).status is SubscriptionStatus.ACTIVE
    assert books.invoices(ada)[1].status is InvoiceStatus.PAID


def test_one_that_is_marked_unpaid_waits_unbilled_until_another_card_pays(books: Dunned, ada: UUID) -> None:
    """Declined on 15 and 16 February; a second card without money on 20 March, a third that pays on 21 March."""
    slug = books.policy("patient", [1], DunningEnd.MARK_UNPAID)
    subscription_id = _renewal(books, ada, BROKE, dunning_policy=slug)
    last_try = utc("2026-02-16 10:00")
    assert books.sweep(last_try) == (1, 0)
    books.answer(last_try, BROKE)
    assert books.sweep(last_try) == (0, 1)
    assert (books.paid_minor(ada), books.mails("payment_failed")) == (9_900, 2)
    assert books.come_due(utc("2026-03-15 10:00")) == 0, "what was not paid is not billed on top"

    friday = utc("2026-03-20 18:00")
    assert books.new_card(ada, friday) == 1
    assert books.new_card(ada, friday) == 0, "the first charge is still under way"
    books.answer(friday, BROKE)
    assert books.mails("payment_failed") == 3, "the customer is told"
    assert books.answer(friday, BROKE) == 1, "the card that was named meanwhile is charged as well"
    assert books.subscription(subscription_id).status is SubscriptionStatus.PAST_DUE
    assert (books.dunning().state, books.dunning().closed_at) == (DunningState.EXHAUSTED, last_try)
    assert books.sweep(utc("2026-03-21 17:00")) == (0, 0), "nothing is tried by itself"

    saturday = utc("2026-03-21 18:00")
    assert books.new_card(ada, saturday) == 1
    books.answer(saturday)
    paid = books.subscription(subscription_id)
    assert (paid.status, paid.due_at) == (SubscriptionStatus.ACTIVE, utc("2026-03-15 10:00"))
    assert [invoice.status for invoice in books.invoices(ada)] == [InvoiceStatus.PAID] * 2
    assert books.catch_up(saturday) == 1, "the period from 15 March is billed now"
    books.answer(saturday)
    assert books.paid_minor(ada) == 3 * 9_900
    assert books.subscription(subscription_id).due_at == utc("2026-04-15 10:00")


def test_one_that_is_marked_unpaid_can_be_canceled_and_then_owes_nothing_more_to_its_card(
    books: Dunned, ada: UUID
) -> None:
    slug = books.policy("strict", [], DunningEnd.MARK_UNPAID)
    subscription_id = _renewal(books, ada, BROKE, dunning_policy=slug)
    assert books.sweep(FEBRUARY) == (0, 1)
    assert books.invoices(ada)[1].status is InvoiceStatus.PENDING
    books.cancel(subscription_id, utc("2026-03-01 10:00"), at_period_end=True)
    assert books.subscription(subscription_id).ended_at == utc("2026-03-01 10:00")
    assert books.invoices(ada)[1].status is InvoiceStatus.UNCOLLECTIBLE
    assert books.new_card(ada, utc("2026-03-02 10:00")) == 0
    assert books.paid_minor(ada) == 9_900


def test_two_that_are_marked_unpaid_must_both_be_paid(books: Dunned, ada: UUID) -> None:
    """10 dollars each, declined on 16 January and marked unpaid at once; on 1 February one card pays both."""
    slug = books.policy("strict", [], DunningEnd.MARK_UNPAID)
    subscription_id = books.subscribe(ada, JANUARY, dunning_policy=slug)
    books.answer(JANUARY)
    _unpaid_extra(books, ada, subscription_id)
    assert books.sweep(utc("2026-01-16 10:00")) == (0, 2)
    february = utc("2026-02-01 10:00")
    assert books.new_card(ada, february) == 2
    with books.database.transaction() as session:
        live = PaymentAttempt.status == AttemptStatus.CREATED
        second = session.scalars(
            select(PaymentAttempt.id).where(live).order_by(PaymentAttempt.id.desc()).limit(1)
        ).one()
        session.execute(update(PaymentAttempt).where(PaymentAttempt.id == second).values(status=AttemptStatus.UNKNOWN))
    assert books.answer(february) == 1
    assert books.subscription(subscription_id).status is SubscriptionStatus.PAST_DUE
    with books.database.transaction() as session:
        session.execute(update(PaymentAttempt).where(PaymentAttempt.id == second).values(status=AttemptStatus.CREATED))
    assert books.answer(february) == 1
    assert books.subscription(subscription_id).status is SubscriptionStatus.ACTIVE
    assert books.paid_minor(ada) == 9_900 + 2 * 1_000


def test_two_unpaid_invoices_must_both_be_paid(books: Dunned, ada: UUID) -> None:
    """An upgrade in January and the renewal in February were both declined."""
    subscription_id = books.subscribe(ada, JANUARY)
    books.answer(JANUARY)
    _unpaid_extra(books, ada, subscription_id)
    with books.database.transaction() as session:
        invoices = session.scalars(select(Dunning.invoice_id).order_by(Dunning.invoice_id)).all()
    assert len(invoices) == 2
    tomorrow = utc("2026-01-17 10:00")
    with books.database.transaction() as session:
        assert retry_due(session, invoices[0], tomorrow)
    books.answer(tomorrow)
    assert books.subscription(subscription_id).status is SubscriptionStatus.PAST_DUE
    with books.database.transaction() as session:
        assert retry_due(session, invoices[1], tomorrow)
    books.answer(tomorrow)
    assert books.subscription(subscription_id).status is SubscriptionStatus.ACTIVE


def _unpaid_extra(books: Dunned, account_id: UUID, subscription_id: UUID) -> None:
    """Two more invoices of one subscription, both declined the day after it began."""
    friday = utc("2026-01-16 10:00")
    for number in range(2):
        line = LineDraft("Extra", 1, Money(1_000, "USD"))
        with books.database.transaction() as session:
            subscription = lock_subscription(session, subscription_id)
            bill(session, subscription, Bill(InvoiceReason.CHANGE, f"extra/{number}", [line]), friday)
    books.answer(friday, BROKE)


def test_one_that_ends_takes_its_other_unpaid_invoices_with_it(books: Dunned, ada: UUID) -> None:
    subscription_id = books.subscribe(ada, JANUARY)
    books.answer(JANUARY)
    _unpaid_extra(books, ada, subscription_id)
    with books.database.transaction() as session:
        session.execute(update(Dunning).values(next_attempt_at=None))
    assert books.sweep(utc("2026-01-23 10:00")) == (0, 1)
    with books.database.transaction() as session:
        states = set(session.scalars(select(Dunning.state)))
        unpaid = session.scalars(select(Invoice.status).where(Invoice.cause.startswith("extra/"))).all()
    assert states == {DunningState.EXHAUSTED, DunningState.STOPPED}
    assert set(unpaid) == {InvoiceStatus.UNCOLLECTIBLE}


def test_whoever_cancels_is_not_charged_any_more(books: Dunned, ada: UUID) -> None:
    subscription_id = _renewal(books, ada, BROKE)
    sunday = utc("2026-02-15 18:00")
    with books.database.transaction() as session:
        subscription = lock_subscription(session, subscription_id)
        cancel_subscription(session, subscription, at_period_end=False, cause="1", now=sunday)
    assert books.new_card(ada, sunday) == 0
    books.sweep(utc("2026-02-16 10:00"))
    assert books.answer(utc("2026-02-16 10:00")) == 0
    assert books.dunning().state is DunningState.STOPPED
    assert books.invoices(ada)[1].status is InvoiceStatus.UNCOLLECTIBLE


def test_after_ten_days_of_downtime_it_is_tried_once_before_it_ends(books: Dunned, ada: UUID) -> None:
    subscription_id = _renewal(books, ada, BROKE)
    late = utc("2026-02-25 08:00")
    assert books.sweep(late) == (1, 0)
    books.answer(late, BROKE)
    assert books.sweep(late) == (0, 1)
    assert books.subscription(subscription_id).status is SubscriptionStatus.CANCELED


def test_a_charge_without_an_answer_is_neither_repeated_nor_given_up(books: Dunned, ada: UUID) -> None:
    _renewal(books, ada, BROKE)
    books.sweep(utc("2026-02-16 10:00"))
    with books.database.transaction() as session:
        live = PaymentAttempt.status == AttemptStatus.CREATED
        session.execute(update(PaymentAttempt).where(live).values(status=AttemptStatus.UNKNOWN))
    assert books.sweep(utc("2026-03-15 10:00")) == (0, 0)
    assert books.new_card(ada, utc("2026-02-17 10:00")) == 0


def test_sixteen_sweeps_at_once_begin_one_charge(books: Dunned, ada: UUID) -> None:
    _renewal(books, ada, BROKE)
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


MARCH, TRIAL_END = utc("2026-03-01 10:00"), utc("2026-03-15 10:00")
SETUP = [{"service": "setup-app"}]


def _trial_with_setup(books: Dunned, account_id: UUID, **fields: object) -> UUID:
    """Starter, 14 days free from 1 March, with the Setup App (299 USD), whose charge is declined."""
    subscription_id = books.subscribe(account_id, MARCH, trial_days=14, services=SETUP, **fields)  # type: ignore[arg-type]  # `plan` is not among them
    books.answer(MARCH, BROKE)
    assert books.subscription(subscription_id).status is SubscriptionStatus.PAST_DUE
    return subscription_id


def test_an_extra_that_is_paid_late_does_not_end_the_trial(books: Dunned, ada: UUID) -> None:
    """Paid on 2 March, another plan on 5 March for nothing, told on 12 March, billed for the first time on 15 March."""
    subscription_id = _trial_with_setup(books, ada)
    monday = utc("2026-03-02 10:00")
    assert books.sweep(monday) == (1, 0)
    books.answer(monday)
    recovered = books.subscription(subscription_id)
    assert (recovered.status, recovered.due_at) == (SubscriptionStatus.TRIALING, TRIAL_END)

    books.change(subscription_id, "growth", utc("2026-03-05 10:00"))
    books.change(subscription_id, "starter", utc("2026-03-06 10:00"), when="now")
    books.change(subscription_id, "growth", utc("2026-03-07 10:00"))
    assert [invoice.total_minor for invoice in books.invoices(ada)] == [29_900], "nothing is charged in a trial"
    assert (books.paid_minor(ada), books.kept_minor(ada)) == (29_900, 0), "nor given back"
    with books.database.transaction() as session:
        assert notice_trial_ending(session, Timeline(None, utc("2026-03-12 10:00")), 100) == 1

    assert books.come_due(TRIAL_END) == 1
    books.answer(TRIAL_END)
    begun = books.subscription(subscription_id)
    assert (begun.status, begun.period_end) == (SubscriptionStatus.ACTIVE, utc("2026-04-15 10:00"))
    assert books.paid_minor(ada) == 29_900 + 19_900


def test_an_extra_that_is_paid_after_the_trial_is_followed_by_the_first_period(books: Dunned, ada: UUID) -> None:
    """Unpaid for 15 days: on 16 March the trial is over, and the month from 15 March is billed at once."""
    slug = books.policy("slow", [15], DunningEnd.CANCEL)
    subscription_id = _trial_with_setup(books, ada, dunning_policy=slug)
    assert books.come_due(TRIAL_END) == 0
    monday = utc("2026-03-16 10:00")
    assert books.sweep(monday) == (1, 0)
    books.answer(monday)
    assert books.subscription(subscription_id).status is SubscriptionStatus.ACTIVE
    assert books.come_due(monday) == 1
    books.answer(monday)
    assert books.subscription(subscription_id).period_end == utc("2026-04-15 10:00")
    assert books.paid_minor(ada) == 29_900 + 9_900


def test_a_trial_that_was_to_be_canceled_ends_on_its_day_also_after_a_late_payment(books: Dunned, ada: UUID) -> None:
    """Declined on 1 March, paid on 2 March; the customer never wanted the plan from 15 March on."""
    subscription_id = books.subscribe(ada, MARCH, trial_days=14, services=SETUP)
    books.cancel(subscription_id, MARCH, at_period_end=True)
    books.answer(MARCH, BROKE)
    books.sweep(utc("2026-03-02 10:00"))
    books.answer(utc("2026-03-02 10:00"))
    assert books.subscription(subscription_id).status is SubscriptionStatus.TRIALING
    assert books.come_due(TRIAL_END) == 1
    ended = books.subscription(subscription_id)
    assert (ended.status, ended.ended_at) == (SubscriptionStatus.CANCELED, TRIAL_END)
    assert books.paid_minor(ada) == 29_900


def test_a_trial_that_dunning_paused_goes_on_once_the_money_has_come(books: Dunned, ada: UUID) -> None:
    """Paused on 1 March, captured after all on 3 March, resumed on 5 March: the trial lasts until 19 March."""
    slug = books.policy("rest", [], DunningEnd.PAUSE)
    subscription_id = _trial_with_setup(books, ada, dunning_policy=slug)
    assert books.sweep(MARCH) == (0, 1)
    with books.database.transaction() as session:
        session.execute(update(PaymentAttempt).values(status=AttemptStatus.CREATED))
    books.answer(utc("2026-03-03 10:00"))
    assert books.subscription(subscription_id).status is SubscriptionStatus.PAUSED
    books.resume(subscription_id, utc("2026-03-05 10:00"))
    resumed = books.subscription(subscription_id)
    assert (resumed.status, resumed.trial_end) == (SubscriptionStatus.TRIALING, utc("2026-03-19 10:00"))


def test_a_period_that_was_billed_within_the_days_of_a_trial_is_no_trial(books: Dunned, ada: UUID) -> None:
    """Paused unpaid on 1 March and resumed on 5 March, which begins a month to pay; that is paid on 6 March."""
    slug = books.policy("rest", [], DunningEnd.PAUSE)
    subscription_id = _trial_with_setup(books, ada, dunning_policy=slug)
    books.sweep(MARCH)
    with books.database.transaction() as session:
        session.execute(update(DunningPolicy).where(DunningPolicy.slug == slug).values(retry_days=[1]))
    thursday, friday = utc("2026-03-05 10:00"), utc("2026-03-06 10:00")
    books.resume(subscription_id, thursday)
    assert books.come_due(thursday) == 1
    books.answer(thursday, BROKE)
    assert books.sweep(friday) == (1, 0)
    books.answer(friday)
    paid = books.subscription(subscription_id)
    assert (paid.status, paid.due_at) == (SubscriptionStatus.ACTIVE, utc("2026-04-05 10:00"))
    assert books.paid_minor(ada) == 9_900
