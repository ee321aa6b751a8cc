"""What nobody pays ends as the policy says: canceled, marked unpaid or paused."""

from uuid import UUID

import pytest
from sqlalchemy import select, update

from billing.clocks.wall import Wall
from billing.cycle.bill import Bill, bill
from billing.cycle.end.cancel import cancel_subscription
from billing.dunning.retry_due import retry_due
from billing.dunning.tables import Dunning, DunningEnd, DunningPolicy, DunningState
from billing.invoices.rules import LineDraft
from billing.invoices.tables import Invoice, InvoiceReason, InvoiceStatus
from billing.money import Money
from billing.payments.begin_charges import Step, begin_charges, step
from billing.payments.tables import AttemptStatus, PaymentAttempt
from billing.subscriptions.queries import lock_subscription
from billing.subscriptions.tables import SubscriptionStatus
from tests.billing.dunning.dunned import BROKE, FEBRUARY, JANUARY, STOLEN, Dunned, declined_renewal
from tests.billing.subscribers import utc


@pytest.mark.parametrize(
    ("at_the_end", "status", "invoice_status", "mail"),
    [
        (DunningEnd.CANCEL, SubscriptionStatus.CANCELED, InvoiceStatus.UNCOLLECTIBLE, "subscription_canceled"),
        (DunningEnd.PAUSE, SubscriptionStatus.PAUSED, InvoiceStatus.UNCOLLECTIBLE, "subscription_paused"),
        (DunningEnd.MARK_UNPAID, SubscriptionStatus.PAST_DUE, InvoiceStatus.PENDING, ""),
    ],
)
def test_the_end_is_the_one_of_the_policy_it_began_with(
    dunned: Dunned,
    ada: UUID,
    at_the_end: DunningEnd,
    status: SubscriptionStatus,
    invoice_status: InvoiceStatus,
    mail: str,
) -> None:
    slug = dunned.policy("strict", [2], at_the_end)
    subscription_id = declined_renewal(dunned, ada, BROKE, dunning_policy=slug)
    with dunned.database.transaction() as session:
        session.execute(update(DunningPolicy).values(retry_days=[60], at_the_end=DunningEnd.CANCEL))
    tuesday = utc("2026-02-17 10:00")
    assert dunned.sweep(tuesday) == (1, 0)
    dunned.answer(tuesday, BROKE)
    assert dunned.sweep(tuesday) == (0, 1)
    assert dunned.subscription(subscription_id).status is status
    assert (dunned.dunning().state, dunned.invoices(ada)[1].status) == (DunningState.EXHAUSTED, invoice_status)
    staged = {topic: dunned.mails(topic) for topic in ("subscription_canceled", "subscription_paused")}
    assert {topic for topic, count in staged.items() if count} == ({mail} if mail else set())


def test_money_that_comes_after_the_end_of_an_unpaid_one_makes_it_active_again(dunned: Dunned, ada: UUID) -> None:
    """The last charge was declined, marked unpaid, and captured after all: a gateway may change its mind once."""
    slug = dunned.policy("patient", [1], DunningEnd.MARK_UNPAID)
    subscription_id = declined_renewal(dunned, ada, STOLEN, dunning_policy=slug)
    dunned.sweep(utc("2026-02-16 10:00"))
    assert dunned.dunning().state is DunningState.EXHAUSTED
    with dunned.database.transaction() as session:
        failed = PaymentAttempt.status == AttemptStatus.FAILED
        session.execute(update(PaymentAttempt).where(failed).values(status=AttemptStatus.CREATED))
    dunned.answer(utc("2026-02-17 10:00"))
    assert dunned.subscription(subscription_id).status is SubscriptionStatus.ACTIVE
    assert dunned.invoices(ada)[1].status is InvoiceStatus.PAID


def test_one_that_is_marked_unpaid_waits_unbilled_until_another_card_pays(dunned: Dunned, ada: UUID) -> None:
    """Declined on 15 and 16 February; a second card without money on 20 March, a third that pays on 21 March."""
    slug = dunned.policy("patient", [1], DunningEnd.MARK_UNPAID)
    subscription_id = declined_renewal(dunned, ada, BROKE, dunning_policy=slug)
    last_try = utc("2026-02-16 10:00")
    assert dunned.sweep(last_try) == (1, 0)
    dunned.answer(last_try, BROKE)
    assert dunned.sweep(last_try) == (0, 1)
    assert (dunned.paid_minor(ada), dunned.mails("payment_failed")) == (9_900, 2)
    assert dunned.come_due(utc("2026-03-15 10:00")) == 0, "what was not paid is not billed on top"

    friday = utc("2026-03-20 18:00")
    assert dunned.new_card(ada, friday) == 1
    assert dunned.new_card(ada, friday) == 0, "the first charge is still under way"
    dunned.answer(friday, BROKE)
    assert dunned.mails("payment_failed") == 3, "the customer is told"
    assert dunned.answer(friday, BROKE) == 1, "the card that was named meanwhile is charged as well"
    assert dunned.subscription(subscription_id).status is SubscriptionStatus.PAST_DUE
    assert (dunned.dunning().state, dunned.dunning().closed_at) == (DunningState.EXHAUSTED, last_try)
    assert dunned.sweep(utc("2026-03-21 17:00")) == (0, 0), "nothing is tried by itself"

    saturday = utc("2026-03-21 18:00")
    assert dunned.new_card(ada, saturday) == 1
    dunned.answer(saturday)
    paid = dunned.subscription(subscription_id)
    assert (paid.status, paid.due_at) == (SubscriptionStatus.ACTIVE, utc("2026-03-15 10:00"))
    assert [invoice.status for invoice in dunned.invoices(ada)] == [InvoiceStatus.PAID] * 2
    assert dunned.catch_up(saturday) == 1, "the period from 15 March is billed now"
    dunned.answer(saturday)
    assert dunned.paid_minor(ada) == 3 * 9_900
    assert dunned.subscription(subscription_id).due_at == utc("2026-04-15 10:00")


def test_one_that_is_marked_unpaid_can_be_canceled_and_then_owes_nothing_more_to_its_card(
    dunned: Dunned, ada: UUID
) -> None:
    slug = dunned.policy("strict", [], DunningEnd.MARK_UNPAID)
    subscription_id = declined_renewal(dunned, ada, BROKE, dunning_policy=slug)
    assert dunned.sweep(FEBRUARY) == (0, 1)
    assert dunned.invoices(ada)[1].status is InvoiceStatus.PENDING
    dunned.cancel(subscription_id, utc("2026-03-01 10:00"), at_period_end=True)
    assert dunned.subscription(subscription_id).ended_at == utc("2026-03-01 10:00")
    assert dunned.invoices(ada)[1].status is InvoiceStatus.UNCOLLECTIBLE
    assert dunned.new_card(ada, utc("2026-03-02 10:00")) == 0
    assert dunned.paid_minor(ada) == 9_900


def test_two_that_are_marked_unpaid_must_both_be_paid(dunned: Dunned, ada: UUID) -> None:
    """10 dollars each, declined on 16 January and marked unpaid at once; on 1 February one card pays both."""
    slug = dunned.policy("strict", [], DunningEnd.MARK_UNPAID)
    subscription_id = dunned.subscribe(ada, JANUARY, dunning_policy=slug)
    dunned.answer(JANUARY)
    _unpaid_extra(dunned, ada, subscription_id)
    assert dunned.sweep(utc("2026-01-16 10:00")) == (0, 2)
    february = utc("2026-02-01 10:00")
    assert dunned.new_card(ada, february) == 2
    with dunned.database.transaction() as session:
        live = PaymentAttempt.status == AttemptStatus.CREATED
        second = session.scalars(
            select(PaymentAttempt.id).where(live).order_by(PaymentAttempt.id.desc()).limit(1)
        ).one()
        session.execute(update(PaymentAttempt).where(PaymentAttempt.id == second).values(status=AttemptStatus.UNKNOWN))
    assert dunned.answer(february) == 1
    assert dunned.subscription(subscription_id).status is SubscriptionStatus.PAST_DUE
    with dunned.database.transaction() as session:
        session.execute(update(PaymentAttempt).where(PaymentAttempt.id == second).values(status=AttemptStatus.CREATED))
    assert dunned.answer(february) == 1
    assert dunned.subscription(subscription_id).status is SubscriptionStatus.ACTIVE
    assert dunned.paid_minor(ada) == 9_900 + 2 * 1_000


def test_two_unpaid_invoices_must_both_be_paid(dunned: Dunned, ada: UUID) -> None:
    """An upgrade in January and the renewal in February were both declined."""
    subscription_id = dunned.subscribe(ada, JANUARY)
    dunned.answer(JANUARY)
    _unpaid_extra(dunned, ada, subscription_id)
    with dunned.database.transaction() as session:
        invoices = session.scalars(select(Dunning.invoice_id).order_by(Dunning.invoice_id)).all()
    assert len(invoices) == 2
    tomorrow = utc("2026-01-17 10:00")
    with dunned.database.transaction() as session:
        assert retry_due(session, invoices[0], tomorrow)
    dunned.answer(tomorrow)
    assert dunned.subscription(subscription_id).status is SubscriptionStatus.PAST_DUE
    with dunned.database.transaction() as session:
        assert retry_due(session, invoices[1], tomorrow)
    dunned.answer(tomorrow)
    assert dunned.subscription(subscription_id).status is SubscriptionStatus.ACTIVE


def _unpaid_extra(books: Dunned, account_id: UUID, subscription_id: UUID) -> None:
    """Two more invoices of one subscription, both declined the day after it began."""
    friday = utc("2026-01-16 10:00")
    for number in range(2):
        line = LineDraft("Extra", 1, Money(1_000, "USD"))
        with books.database.transaction() as session:
            subscription = lock_subscription(session, subscription_id)
            bill(session, subscription, Bill(InvoiceReason.CHANGE, f"extra/{number}", [line]), friday)
    books.answer(friday, BROKE)


def test_one_that_ends_takes_its_other_unpaid_invoices_with_it(dunned: Dunned, ada: UUID) -> None:
    subscription_id = dunned.subscribe(ada, JANUARY)
    dunned.answer(JANUARY)
    _unpaid_extra(dunned, ada, subscription_id)
    with dunned.database.transaction() as session:
        session.execute(update(Dunning).values(next_attempt_at=None))
    assert dunned.sweep(utc("2026-01-23 10:00")) == (0, 1)
    with dunned.database.transaction() as session:
        states = set(session.scalars(select(Dunning.state)))
        unpaid = session.scalars(select(Invoice.status).where(Invoice.cause.startswith("extra/"))).all()
    assert states == {DunningState.EXHAUSTED, DunningState.STOPPED}
    assert set(unpaid) == {InvoiceStatus.UNCOLLECTIBLE}


def test_whoever_cancels_is_not_charged_any_more(dunned: Dunned, ada: UUID) -> None:
    subscription_id = declined_renewal(dunned, ada, BROKE)
    sunday = utc("2026-02-15 18:00")
    with dunned.database.transaction() as session:
        subscription = lock_subscription(session, subscription_id)
        cancel_subscription(session, subscription, at_period_end=False, cause="1", now=sunday)
    assert dunned.new_card(ada, sunday) == 0
    dunned.sweep(utc("2026-02-16 10:00"))
    assert dunned.answer(utc("2026-02-16 10:00")) == 0
    assert dunned.dunning().state is DunningState.STOPPED
    assert dunned.invoices(ada)[1].status is InvoiceStatus.UNCOLLECTIBLE


@pytest.mark.parametrize(
    ("pay_by", "status"), [("card", InvoiceStatus.UNCOLLECTIBLE), ("transfer", InvoiceStatus.PENDING)]
)
def test_whoever_cancels_while_the_charge_still_waits_is_not_charged_and_a_transfer_stays_asked_for(
    dunned: Dunned, ada: UUID, pay_by: str, status: InvoiceStatus
) -> None:
    """Renewed on 15 February at ten, canceled at one minute past; the charge was in the queue."""
    subscription_id = dunned.subscribe(ada, JANUARY, trial_days=31, pay_by=pay_by)
    dunned.come_due(FEBRUARY)
    dunned.cancel(subscription_id, utc("2026-02-15 10:01"))
    [renewal] = dunned.invoices(ada)
    assert renewal.status is status
    with dunned.database.transaction() as session:
        waiting = session.scalars(select(PaymentAttempt.id)).all()
        charges = begin_charges(session, waiting, Wall(utc("2026-02-15 10:02")))
    assert [step(charge) for charge in charges.values()] == [Step.DROP] * (pay_by == "card")


def test_a_charge_under_way_when_the_subscription_is_canceled_may_still_pay_its_invoice(
    dunned: Dunned, ada: UUID
) -> None:
    subscription_id = dunned.subscribe(ada, JANUARY, trial_days=31)
    dunned.come_due(FEBRUARY)
    dunned.cancel(subscription_id, utc("2026-02-15 10:01"))
    assert dunned.answer(utc("2026-02-15 10:02")) == 1
    assert [invoice.status for invoice in dunned.invoices(ada)] == [InvoiceStatus.PAID]
    assert dunned.subscription(subscription_id).status is SubscriptionStatus.CANCELED
