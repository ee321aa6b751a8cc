"""What was sold with a trial and is paid late: the trial goes on to its end."""

from uuid import UUID

from sqlalchemy import update

from billing.clocks.timelines import Timeline
from billing.dunning.tables import DunningEnd, DunningPolicy
from billing.notices.trial_ending import notice_trial_ending
from billing.payments.tables import AttemptStatus, PaymentAttempt
from billing.subscriptions.tables import SubscriptionStatus
from tests.billing.dunning.dunned import BROKE, Dunned
from tests.billing.subscribers import utc

MARCH, TRIAL_END = utc("2026-03-01 10:00"), utc("2026-03-15 10:00")
SETUP = [{"service": "setup-app"}]


def _trial_with_setup(books: Dunned, account_id: UUID, **fields: object) -> UUID:
    """Starter, 14 days free from 1 March, with the Setup App (299 USD), whose charge is declined."""
    subscription_id = books.subscribe(account_id, MARCH, trial_days=14, services=SETUP, **fields)  # type: ignore[arg-type]  # `plan` is not among them
    books.answer(MARCH, BROKE)
    assert books.subscription(subscription_id).status is SubscriptionStatus.PAST_DUE
    return subscription_id


def test_an_extra_that_is_paid_late_does_not_end_the_trial(dunned: Dunned, ada: UUID) -> None:
    """Paid on 2 March, another plan on 5 March for nothing, told on 12 March, billed for the first time on 15 March."""
    subscription_id = _trial_with_setup(dunned, ada)
    monday = utc("2026-03-02 10:00")
    assert dunned.sweep(monday) == (1, 0)
    dunned.answer(monday)
    recovered = dunned.subscription(subscription_id)
    assert (recovered.status, recovered.due_at) == (SubscriptionStatus.TRIALING, TRIAL_END)

    dunned.change(subscription_id, "growth", utc("2026-03-05 10:00"))
    dunned.change(subscription_id, "starter", utc("2026-03-06 10:00"), when="now")
    dunned.change(subscription_id, "growth", utc("2026-03-07 10:00"))
    assert [invoice.total_minor for invoice in dunned.invoices(ada)] == [29_900], "nothing is charged in a trial"
    assert (dunned.paid_minor(ada), dunned.kept_minor(ada)) == (29_900, 0), "nor given back"
    with dunned.database.transaction() as session:
        assert notice_trial_ending(session, Timeline(None, utc("2026-03-12 10:00")), 100) == 1

    assert dunned.come_due(TRIAL_END) == 1
    dunned.answer(TRIAL_END)
    begun = dunned.subscription(subscription_id)
    assert (begun.status, begun.period_end) == (SubscriptionStatus.ACTIVE, utc("2026-04-15 10:00"))
    assert dunned.paid_minor(ada) == 29_900 + 19_900


def test_an_extra_that_is_paid_after_the_trial_is_followed_by_the_first_period(dunned: Dunned, ada: UUID) -> None:
    """Unpaid for 15 days: on 16 March the trial is over, and the month from 15 March is billed at once."""
    slug = dunned.policy("slow", [15], DunningEnd.CANCEL)
    subscription_id = _trial_with_setup(dunned, ada, dunning_policy=slug)
    assert dunned.come_due(TRIAL_END) == 0
    monday = utc("2026-03-16 10:00")
    assert dunned.sweep(monday) == (1, 0)
    dunned.answer(monday)
    assert dunned.subscription(subscription_id).status is SubscriptionStatus.ACTIVE
    assert dunned.come_due(monday) == 1
    dunned.answer(monday)
    assert dunned.subscription(subscription_id).period_end == utc("2026-04-15 10:00")
    assert dunned.paid_minor(ada) == 29_900 + 9_900


def test_a_trial_that_was_to_be_canceled_ends_on_its_day_also_after_a_late_payment(dunned: Dunned, ada: UUID) -> None:
    """Declined on 1 March, paid on 2 March; the customer never wanted the plan from 15 March on."""
    subscription_id = dunned.subscribe(ada, MARCH, trial_days=14, services=SETUP)
    dunned.cancel(subscription_id, MARCH, at_period_end=True)
    dunned.answer(MARCH, BROKE)
    dunned.sweep(utc("2026-03-02 10:00"))
    dunned.answer(utc("2026-03-02 10:00"))
    assert dunned.subscription(subscription_id).status is SubscriptionStatus.TRIALING
    assert dunned.come_due(TRIAL_END) == 1
    ended = dunned.subscription(subscription_id)
    assert (ended.status, ended.ended_at) == (SubscriptionStatus.CANCELED, TRIAL_END)
    assert dunned.paid_minor(ada) == 29_900


def test_a_trial_that_dunning_paused_goes_on_once_the_money_has_come(dunned: Dunned, ada: UUID) -> None:
    """Paused on 1 March, captured after all on 3 March, resumed on 5 March: the trial lasts until 19 March."""
    slug = dunned.policy("rest", [], DunningEnd.PAUSE)
    subscription_id = _trial_with_setup(dunned, ada, dunning_policy=slug)
    assert dunned.sweep(MARCH) == (0, 1)
    with dunned.database.transaction() as session:
        session.execute(update(PaymentAttempt).values(status=AttemptStatus.CREATED))
    dunned.answer(utc("2026-03-03 10:00"))
    assert dunned.subscription(subscription_id).status is SubscriptionStatus.PAUSED
    dunned.resume(subscription_id, utc("2026-03-05 10:00"))
    resumed = dunned.subscription(subscription_id)
    assert (resumed.status, resumed.trial_end) == (SubscriptionStatus.TRIALING, utc("2026-03-19 10:00"))


def test_a_period_that_was_billed_within_the_days_of_a_trial_is_no_trial(dunned: Dunned, ada: UUID) -> None:
    """Paused unpaid on 1 March and resumed on 5 March, which begins a month to pay; that is paid on 6 March."""
    slug = dunned.policy("rest", [], DunningEnd.PAUSE)
    subscription_id = _trial_with_setup(dunned, ada, dunning_policy=slug)
    dunned.sweep(MARCH)
    with dunned.database.transaction() as session:
        session.execute(update(DunningPolicy).where(DunningPolicy.slug == slug).values(retry_days=[1]))
    thursday, friday = utc("2026-03-05 10:00"), utc("2026-03-06 10:00")
    dunned.resume(subscription_id, thursday)
    assert dunned.come_due(thursday) == 1
    dunned.answer(thursday, BROKE)
    assert dunned.sweep(friday) == (1, 0)
    dunned.answer(friday)
    paid = dunned.subscription(subscription_id)
    assert (paid.status, paid.due_at) == (SubscriptionStatus.ACTIVE, utc("2026-04-05 10:00"))
    assert dunned.paid_minor(ada) == 9_900
