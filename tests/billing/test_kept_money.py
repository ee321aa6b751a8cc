"""Money kept on an account by a downgrade: it pays for whatever is billed next, and comes back where that is void."""

from uuid import UUID

import pytest

from billing.catalog.publish_plan import PlanContent, publish_plan
from billing.catalog.tables import Interval
from billing.errors import Rejected
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.payments.tables import AttemptStatus
from billing.subscriptions.tables import SubscriptionStatus
from tests.billing.subscribers import Books, utc

BEGIN = utc("2026-04-01 10:00")
HALF = utc("2026-04-16 10:00")
LATER = utc("2026-04-20 10:00")


@pytest.fixture
def saver(books: Books) -> UUID:
    """A customer who has 100.00 USD kept: half of Scale was left in April, and half of Starter taken for it."""
    account_id = books.open()
    books.give_card(account_id, BEGIN)
    subscription_id = books.subscribe(account_id, BEGIN, "scale")
    books.answer(BEGIN)
    books.change(subscription_id, "starter", HALF, when="now")
    books.cancel(subscription_id, HALF)
    assert books.kept_minor(account_id) == 14_950 - 4_950
    return account_id


def test_it_pays_a_start_alone_and_no_card_is_asked(books: Books, saver: UUID) -> None:
    subscription_id = books.subscribe(saver, LATER)
    assert books.subscription(subscription_id).status is SubscriptionStatus.ACTIVE
    assert books.answer(LATER) == 0
    assert books.kept_minor(saver) == 10_000 - 9_900


def test_it_pays_a_part_of_a_start_and_comes_back_when_the_card_does_not_pay_the_rest(
    books: Books, saver: UUID
) -> None:
    subscription_id = books.subscribe(saver, LATER, "growth")
    assert books.kept_minor(saver) == 0
    books.answer(LATER, decline="insufficient_funds")
    books.come_due(utc("2026-04-21 10:00"))
    assert books.subscription(subscription_id).status is SubscriptionStatus.EXPIRED
    assert (books.invoices(saver)[-1].status, books.kept_minor(saver)) == (InvoiceStatus.VOID, 10_000)


def test_it_comes_back_when_a_start_is_canceled_that_was_not_paid(books: Books, saver: UUID) -> None:
    """99.00 of Growth are asked of the card: nothing ends before the answer, and after a decline nothing is owed."""
    subscription_id = books.subscribe(saver, LATER, "growth")
    books.send(LATER)
    with pytest.raises(Rejected, match="payment_under_way"):
        books.cancel(subscription_id, LATER)
    started = books.subscription(subscription_id)
    assert (started.status, started.canceled_at) == (SubscriptionStatus.INCOMPLETE, None)
    books.answer(LATER, "insufficient_funds", AttemptStatus.UNKNOWN)
    books.cancel(subscription_id, utc("2026-04-20 12:00"), at_period_end=True)
    assert books.subscription(subscription_id).ended_at == utc("2026-04-20 12:00")
    assert (books.invoices(saver)[-1].status, books.kept_minor(saver)) == (InvoiceStatus.VOID, 10_000)
    books.give_card(saver, utc("2026-04-20 13:00"))
    assert books.answer(utc("2026-04-20 13:00")) == 0, "what is void is not charged"


def test_a_start_whose_charge_was_not_sent_is_canceled_at_once(books: Books, saver: UUID) -> None:
    subscription_id = books.subscribe(saver, LATER, "growth")
    books.cancel(subscription_id, LATER)
    assert books.subscription(subscription_id).status is SubscriptionStatus.CANCELED
    assert (books.invoices(saver)[-1].status, books.kept_minor(saver)) == (InvoiceStatus.VOID, 10_000)
    books.send(LATER)
    assert books.answer(LATER) == 0, "nobody is charged for it"


def test_a_start_that_is_paid_after_all_can_be_canceled_then(books: Books, saver: UUID) -> None:
    subscription_id = books.subscribe(saver, LATER, "growth")
    books.send(LATER)
    with pytest.raises(Rejected, match="payment_under_way"):
        books.cancel(subscription_id, LATER)
    books.answer(LATER, status=AttemptStatus.UNKNOWN)
    books.cancel(subscription_id, LATER)
    assert (books.invoices(saver)[-1].status, books.kept_minor(saver)) == (InvoiceStatus.PAID, 0)


def test_a_cancellation_does_not_wait_for_whoever_has_the_invoice_of_the_start(books: Books, saver: UUID) -> None:
    """They come for the subscription next, which the cancellation holds."""
    subscription_id = books.subscribe(saver, LATER, "growth")
    books.answer(LATER, decline="insufficient_funds")
    with books.database.transaction() as session:
        session.get(Invoice, books.invoices(saver)[-1].id, with_for_update=True)
        with pytest.raises(Rejected, match="payment_under_way"):
            books.cancel(subscription_id, LATER)
        assert books.come_due(utc("2026-04-21 10:00")) == 1
    assert books.subscription(subscription_id).due_at == utc("2026-04-21 11:00")
    books.come_due(utc("2026-04-21 11:00"))
    assert books.subscription(subscription_id).status is SubscriptionStatus.EXPIRED


def test_two_renewals_of_one_batch_share_it(books: Books, saver: UUID) -> None:
    for _ in range(2):
        books.subscribe(saver, LATER, trial_days=1)
    assert books.come_due(utc("2026-04-21 10:00")) == 2
    books.answer(utc("2026-04-21 10:00"))
    assert books.paid_minor(saver) == 29_900 + 2 * 9_900 - 10_000
    assert books.kept_minor(saver) == 0
    assert {invoice.status for invoice in books.invoices(saver)} == {InvoiceStatus.PAID}


@pytest.mark.parametrize(("pay_by", "due", "kept"), [("card", 0, -30), ("transfer", 30, 0)])
def test_of_a_renewal_it_leaves_what_can_be_charged_or_nothing(
    books: Books, saver: UUID, pay_by: str, due: int, kept: int
) -> None:
    """100.00 are kept and 100.30 to pay: 0.30 is no charge of a card, and carried over. A transfer may be 0.30."""
    with books.database.transaction() as session:
        publish_plan(session, "plus", "Plus", PlanContent(0, {("USD", Interval.MONTH): 10_030}))
    subscription_id = books.subscribe(saver, LATER, "plus", trial_days=1, pay_by=pay_by)
    books.come_due(utc("2026-04-21 10:00"))
    renewal = books.invoices(saver)[-1]
    assert (renewal.balance_used_minor, renewal.due_minor, books.kept_minor(saver)) == (10_000, due, kept)
    assert books.answer(utc("2026-04-21 10:00")) == 0
    assert books.subscription(subscription_id).status is SubscriptionStatus.ACTIVE


def test_it_comes_from_a_downgrade_and_pays_for_the_way_up_again(books: Books, saver: UUID) -> None:
    """Kept 100.00; Growth for the rest of a month costs no more than that."""
    subscription_id = books.subscribe(saver, LATER)
    books.change(subscription_id, "growth", LATER)
    assert books.answer(LATER) == 1, "the other 99.00 are charged"
    assert (books.kept_minor(saver), books.paid_minor(saver)) == (0, 29_900 + 19_900 - 10_000)
